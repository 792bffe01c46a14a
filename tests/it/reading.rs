//! Readings of labelled corpora, of the inputs on which other systems fail, and the laws of the reader.

use std::fmt::Write as _;

use binhyen::domain::indicator::{Catalogue, Kind};
use binhyen::domain::period::Period;
use binhyen::domain::shortcode::{Intent, Labelled, Reader, Reading, Score, Verdict, write_code};
use chrono::NaiveDate;
use proptest::prelude::*;

fn day() -> NaiveDate {
    "2026-06-30".parse().unwrap()
}

fn reader() -> &'static Reader {
    static READER: std::sync::LazyLock<Reader> = std::sync::LazyLock::new(|| Reader::shipped().unwrap());
    &READER
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: std::sync::LazyLock<Catalogue> =
        std::sync::LazyLock::new(|| Catalogue::shipped().unwrap());
    &CATALOGUE
}

fn score(corpus: &str) -> (Score, String) {
    let mut score = Score::default();
    let mut differences = String::new();
    for line in corpus.lines() {
        let labelled: Labelled = serde_json::from_str(line).unwrap();
        let (verdict, reading) = labelled.judge(reader(), catalogue());
        score.count(&labelled, verdict);
        if verdict != Verdict::Exact {
            writeln!(differences, "{verdict:?} {} {:?}\n  {}", labelled.id, labelled.text, show(&reading))
                .unwrap();
        }
    }
    (score, differences)
}

fn show(reading: &Reading) -> String {
    let mut shown = reading.intent.name().to_owned();
    if let Some(period) = reading.period {
        write!(shown, " {period}").unwrap();
    }
    for (id, value) in &reading.values {
        write!(shown, " {}={value}", catalogue().by_id(*id).unwrap().code).unwrap();
    }
    if let Some(why) = reading.why {
        write!(shown, " {} {:?}", why.name(), reading.doubt).unwrap();
    }
    shown
}

/// Floors as reached in November 2026: exact of the ordinary and of the malicious texts, and how many may be recorded
/// wrong. Texts with a slip that makes another known word (“mat trộn”) are asked about: mending known words also made
/// “mất tài sản” an accident. Jokes (“trộm trái tim em”) are still taken at their word.
#[test]
fn the_corpora_are_read_at_least_as_well_as_recorded() {
    for (name, corpus, exact, wrong) in [
        ("dev", include_str!("../corpus/dev.jsonl"), (299, 0), 0),
        ("own", include_str!("../corpus/own.jsonl"), (259, 90), 0),
        ("second", include_str!("../corpus/second.jsonl"), (229, 70), 0),
        ("variations", include_str!("../corpus/variations.jsonl"), (332, 0), 0),
        ("personas", include_str!("../corpus/personas.jsonl"), (298, 0), 0),
        ("synonyms", include_str!("../corpus/synonyms.jsonl"), (147, 0), 0),
        ("writers", include_str!("../corpus/writers.jsonl"), (148, 0), 0),
        ("regions", include_str!("../corpus/regions.jsonl"), (463, 119), 0),
        ("regions-second", include_str!("../corpus/regions-second.jsonl"), (233, 58), 0),
        ("newcomers", include_str!("../corpus/newcomers.jsonl"), (126, 26), 1),
        ("newcomers-second", include_str!("../corpus/newcomers-second.jsonl"), (73, 36), 4),
        ("newcomers-third", include_str!("../corpus/newcomers-third.jsonl"), (129, 0), 1),
        ("longer", include_str!("../corpus/longer.jsonl"), (298, 0), 0),
        ("longer-second", include_str!("../corpus/longer-second.jsonl"), (298, 0), 0),
        ("probes-long", include_str!("../corpus/probes-long.jsonl"), (252, 0), 0),
        ("villages", include_str!("../corpus/villages.jsonl"), (219, 0), 0),
        ("hamlets", include_str!("../corpus/hamlets.jsonl"), (219, 0), 0),
        ("thumbs", include_str!("../corpus/thumbs.jsonl"), (294, 0), 0),
        ("probes", include_str!("../corpus/probes.jsonl"), (573, 0), 0),
        ("tricks", include_str!("../corpus/tricks.jsonl"), (50, 108), 0),
        ("probes-malicious", include_str!("../corpus/probes-malicious.jsonl"), (278, 414), 0),
        ("third", include_str!("../corpus/third.jsonl"), (233, 60), 0),
        ("personas-second", include_str!("../corpus/personas-second.jsonl"), (292, 0), 0),
        ("writers-second", include_str!("../corpus/writers-second.jsonl"), (146, 0), 0),
        ("regions-third", include_str!("../corpus/regions-third.jsonl"), (234, 56), 1),
        ("strangers", include_str!("../corpus/strangers.jsonl"), (1413, 0), 3),
        ("strangers-malicious", include_str!("../corpus/strangers-malicious.jsonl"), (0, 389), 4),
        ("mirrored", include_str!("../corpus/mirrored.jsonl"), (1489, 0), 0),
        ("outsiders", include_str!("../corpus/outsiders.jsonl"), (1356, 0), 0),
        ("outsiders-malicious", include_str!("../corpus/outsiders-malicious.jsonl"), (0, 931), 0),
        ("siblings", include_str!("../corpus/siblings.jsonl"), (480, 0), 0),
    ] {
        let (score, differences) = score(corpus);
        assert!(
            score.ordinary.exact >= exact.0 && score.malicious.exact >= exact.1,
            "{name}\n{score}\n{differences}"
        );
        assert!(score.ordinary.wrong + score.malicious.wrong <= wrong, "{name}\n{score}\n{differences}");
    }
}

/// Corpora that nobody who works on the reader has read: their scores say how texts of strangers are read. A failure
/// prints figures only, so that they stay unread.
#[test]
fn the_corpora_held_back_are_read_at_least_as_well_as_recorded() {
    for (name, corpus, exact, wrong) in [
        ("newcomers-held-back", include_str!("../corpus/newcomers-held-back.jsonl"), 136, 7),
        ("strangers-held-back", include_str!("../corpus/strangers-held-back.jsonl"), 1575, 2),
        ("outsiders-held-back", include_str!("../corpus/outsiders-held-back.jsonl"), 584, 0),
    ] {
        let (score, _) = score(corpus);
        assert!(score.ordinary.exact + score.malicious.exact >= exact, "{name}\n{score}");
        assert!(score.ordinary.wrong + score.malicious.wrong <= wrong, "{name}\n{score}");
    }
}

/// Limits, rumours, jokes, other places and years, plans, questions, alternatives, denied figures, words a letter away
/// from death or from a code: what did not happen here, or nobody can be sure of, is asked about.
#[test]
fn what_is_no_account_of_the_month_is_never_recorded() {
    for text in [
        "Tháng 6 có 2 vụ trộm trở lên",
        "Tháng 6 có 2+ vụ trộm",
        "Tháng 6 có 2 rưỡi vụ trộm",
        "Tháng 6 không quá 3 vụ trộm",
        "Tháng 6 chưa đến 3 vụ trộm",
        "Tháng 6 có 2 vụ trộm, à mà không biết có phải không",
        "Tháng 6 có 2 vụ trộm (chưa xác minh)",
        "Tháng 6 có 2 vụ trộm, chưa chắc",
        "Tháng 6 có 2 vụ nghi trộm",
        "Tháng 6 nghi có 2 vụ trộm",
        "Tháng 6 nghe bà con nói có 2 vụ trộm",
        "Tháng 6 có 2 vụ trộm theo lời đồn",
        "Tháng 6 có 2 vụ trộm ở xã bên",
        "Tháng 6 xã Tân An có 2 vụ trộm",
        "Toàn tỉnh tháng 6 có 20 vụ trộm",
        "Tháng 6 cả nước có 40 vụ cháy",
        "Tháng 6 thôn bên 2 vụ trộm",
        "Tháng 6 tôi đọc báo thấy 2 vụ trộm",
        "Tháng 6 trên tivi nói có 2 vụ trộm",
        "Nếu tháng 6 có 2 vụ trộm thì báo sao",
        "Ví dụ: ANTT T6 TC2",
        "ANTT T6 TC2 đúng không ạ?",
        "Tháng 6 có phải 2 vụ trộm không",
        "Tháng 6 dự kiến họp dân 2 buổi",
        "Tháng 6 yêu cầu tuần tra 10 ca",
        "Tháng 6 hủy 2 buổi họp dân",
        "Tháng 6 hoãn 1 buổi họp dân",
        "Tháng 6 lẽ ra có 2 buổi họp",
        "Tháng 6 đâu phải 2 vụ trộm",
        "Tháng 6 làm gì có 2 vụ trộm",
        "Tháng 6 có 2 vụ trộm đâu",
        "Tháng 6 có 2 vụ trộm là bịa",
        "Tháng 6 ai bảo có 2 vụ trộm",
        "Tin đồn tháng 6 có 2 vụ trộm là sai",
        "Tháng 6 có 2 vụ trộm nhưng thực ra là hiểu lầm",
        "Tháng 6 tuần nào cũng 1 vụ trộm",
        "Tháng 6 có 2 vụ trộm năm ngoái giờ mới tìm ra",
        "Hai tháng nay có 2 vụ trộm",
        "ANTT T6 khong TC2",
        "ANTT T6 TC2 huy",
        "ANTT T6 TC2 nham",
        "ANTT T6 TC2 thử thôi",
        "ANTT T6 TC 2 hay CB 2",
        "Chuyen tiep: \"ANTT T6 TC2\"",
        "Cong an xa thong bao: thang 6 toan xa co 12 vu trom",
        "Tuyên truyền phòng chống 2 vụ trộm",
        "Tháng 6 có 1 vụ đánh nhau, hay là cãi nhau gì đó",
        "Tháng 6 suýt có 1 vụ đánh nhau nhưng can kịp",
        "Tháng 6 xem phim có 2 vụ cướp",
        "T6 TTA15 TTB1 TTN80",
        "ANTT T6 TC3 (hai vụ trộm)",
        "Tháng 6 1 vụ tai nạn, bi tuong 2 nguoi",
    ] {
        let reading = reader().read(text, day());
        assert_eq!(reading.intent, Intent::Ask, "{text}: {}", show(&reading));
    }
}

/// Each telling of its own is counted, whatever stands before its figure; parts of a sum are not.
#[test]
fn tellings_add_up_and_parts_do_not() {
    for (text, expected) in [
        ("T6 trộm gà: 1 vụ, trộm xe: 1 vụ", "report 2026-06 TC=2"),
        ("T6 trộm gà 1 vụ (mất 2 con), trộm xe 1 vụ", "report 2026-06 TC=2"),
        ("T6 lừa đảo qua mạng: 1 vụ. Lừa đảo mua hàng: 1 vụ", "report 2026-06 LDCD=2"),
        ("T6: 3 vụ trộm, 1 vụ trộm gà, 2 vụ trộm chó", "report 2026-06 TC=3"),
        ("T6 trộm đào 1 vụ, trộm gà 1 vụ, cộng 2 vụ trộm", "report 2026-06 TC=2"),
        ("T6 trộm 2 vụ mất 10tr, tìm lại được 5tr", "report 2026-06 TC=2 THTS=10000000"),
        ("T6 lừa đảo 1 vụ, suýt mất 100tr", "report 2026-06 LDCD=1"),
    ] {
        assert_eq!(show(&reader().read(text, day())), expected, "{text}");
    }
}

/// A greeting with a name before a text makes no correction a report and no hamlet a figure.
#[test]
fn a_greeting_before_a_text_records_nothing_wrong() {
    let corpora = [include_str!("../corpus/dev.jsonl"), include_str!("../corpus/second.jsonl")].concat();
    for line in corpora.lines() {
        let mut labelled: Labelled = serde_json::from_str(line).unwrap();
        labelled.text =
            format!("Kính gửi các đồng chí công an xã, tôi là Nguyễn Văn Hùng. {}", labelled.text);
        let (verdict, reading) = labelled.judge(reader(), catalogue());
        let reports = ["report", "zero", "correct", "add"].contains(&labelled.expect.intent.as_str());
        assert!(verdict != Verdict::RecordedWrong || !reports, "{:?} {}", labelled.text, show(&reading));
    }
}

/// Times, places, ages, plates, telephones, fines: figures that are no counts leave the counts beside them alone.
#[test]
fn figures_that_count_nothing_change_nothing() {
    use unicode_normalization::UnicodeNormalization;
    let noise = [
        "giữa 2 anh em",
        "do 2 nhóm thanh niên",
        "lúc 22 giờ 30 phút",
        "khoảng 3h sáng",
        "hồi 19h ngày 12/6",
        "đêm mùng 3",
        "ở km 12+300",
        "trên QL 14C",
        "trên tỉnh lộ 8",
        "ở ngõ 12",
        "ở nhà số 8",
        "tại phòng 101",
        "ở dãy 2",
        "ở tầng 3",
        "gần trường cấp 3",
        "của học sinh lớp 8",
        "tại tiểu khu 120",
        "trên 5 sào ruộng",
        "cách nhà 30m",
        "kéo dài 20 phút",
        "khâu 6 mũi",
        "gãy 2 xương sườn",
        "phải nằm viện 10 ngày",
        "bị phạt 750 nghìn",
        "do nợ 3 triệu",
        "thủ phạm 19 tuổi",
        "đối tượng sinh năm 1990",
        "ông Nam (SN 1985)",
        "xe BKS 36B1-234.56",
        "sđt 0987 654 321",
        "CCCD 038090001234",
        "đã báo 113",
        "đi xe 50 phân khối",
        "cao 1m7",
        "đền 2 triệu rưỡi",
        "cách đây 10 ngày",
        "2 hôm trước",
        "đêm 20 rạng 21",
        "từ 2h đến 4h",
        "quán Hương 2",
        "nhà nghỉ 268",
        "cầu Bến 2",
        "có 3 nhân chứng",
        "2 đồng chí công an xuống",
        "theo kế hoạch 15/KH",
    ];
    let bare = |text: &str| text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect::<String>();
    for (noise, bare_too) in noise.iter().map(|noise| (noise, *noise != "nhà nghỉ 268")) {
        let text = format!("Tháng 6 có 1 vụ đánh nhau {noise}, 1 vụ trộm chó");
        let plain = bare(&text).replace('đ', "d").replace('Đ', "D");
        for text in [Some(text), bare_too.then_some(plain)].into_iter().flatten() {
            assert_eq!(show(&reader().read(&text, day())), "report 2026-06 CYGT=1 TC=1", "{text}");
        }
    }
}

/// Without marks, decomposed, or in capitals a text means the same; at most one in a hundred becomes a question.
#[test]
fn the_corpora_read_the_same_without_marks_decomposed_and_in_capitals() {
    use unicode_normalization::UnicodeNormalization;
    let bare = |text: &str| -> String {
        let plain = text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c));
        plain
            .map(|c| {
                if c == 'đ' {
                    'd'
                } else if c == 'Đ' {
                    'D'
                } else {
                    c
                }
            })
            .collect()
    };
    type Change<'c> = &'c dyn Fn(&str) -> String;
    let changes: [(&str, Change); 4] = [
        ("without marks", &bare),
        ("decomposed", &|text| text.nfd().collect()),
        ("in capitals", &|text| text.to_uppercase()),
        ("in bare capitals", &|text| bare(text).to_uppercase()),
    ];
    let corpora = [
        include_str!("../corpus/dev.jsonl"),
        include_str!("../corpus/own.jsonl"),
        include_str!("../corpus/second.jsonl"),
    ]
    .concat();
    for (name, change) in changes {
        let mut score = Score::default();
        let mut differences = String::new();
        for line in corpora.lines() {
            let mut labelled: Labelled = serde_json::from_str(line).unwrap();
            labelled.text = change(&labelled.text);
            let (verdict, reading) = labelled.judge(reader(), catalogue());
            score.count(&labelled, verdict);
            if verdict != Verdict::Exact {
                writeln!(differences, "{verdict:?} {:?}\n  {}", labelled.text, show(&reading)).unwrap();
            }
        }
        assert_eq!(score.ordinary.wrong + score.malicious.wrong, 0, "{name}\n{differences}");
        assert!(
            score.ordinary.exact >= 776 && score.malicious.exact >= 158,
            "{name}\n{score}\n{differences}"
        );
    }
}

/// Texts on which form servers and SMS frameworks of the field fail: fields dropped, `-2` taken for 2, `2e3` for 2000,
/// any short word for a compressed form.
#[test]
fn inputs_on_which_others_fail_are_asked_about_or_read_right() {
    let mut table = String::new();
    for text in [
        "ĐNTT 2 0 1",
        "antt trom=2 danh=0 matuy=1",
        "antt 2,0,1",
        "ANTT -2 0 1",
        "ANTT 2e3 0 1",
        "ANTT 2 0 1 9",
        "STOP",
        "baocao",
        "ANTT2 0 1",
        "BC",
        "DUNG",
        "trom2danh0",
        "ANTT T6 TC-2,CB 1",
        "Trộm: 2; Đánh nhau: 0",
        "ANTT T6 TC2 CB1 XYZ9",
    ] {
        writeln!(table, "{text:<30} {}", show(&reader().read(text, day()))).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn long_binary_and_empty_texts_are_neither_recorded_nor_fatal() {
    let long = "2 vu trom ".repeat(1000);
    for text in [
        "",
        " ",
        "\u{0}TC2",
        &long,
        "😀😀",
        "\u{202e}\u{202d}",
        "偷窃 2",
        "\u{fffd}\u{fffd} TC2",
        "<<<>>>",
        "&&&&",
    ] {
        let reading = reader().read(text, day());
        assert!(
            !matches!(reading.intent, Intent::Report | Intent::Zero | Intent::Correct | Intent::Add),
            "{text:?}"
        );
    }
}

fn values() -> impl Strategy<Value = Vec<(i32, i64)>> {
    proptest::collection::btree_map(0_usize..45, 0_i64..200_000, 0..12).prop_map(|chosen| {
        let all: Vec<_> = catalogue().iter().collect();
        chosen
            .into_iter()
            .map(|(at, value)| {
                let indicator = all[at];
                let value =
                    if indicator.kind == Kind::Money { value * 500 } else { value % (indicator.max + 1) };
                (indicator.id, value)
            })
            .collect()
    })
}

/// A month that a report of [`day`] may name: years ahead are asked about.
fn month() -> impl Strategy<Value = Option<Period>> {
    proptest::option::of(
        (2024_i32..2027, 1_u32..=12).prop_map(|(year, month)| Period::new(year, month).unwrap()),
    )
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        reader().read(&text, day());
        reader().read_answer(&text, day());
        reader().explain(&text, day());
    }

    #[test]
    fn no_mixture_of_our_words_makes_the_reader_panic(
        words in proptest::collection::vec(prop_oneof![
            Just("2"), Just("vụ"), Just("trộm"), Just("không"), Just("tháng"), Just("6"), Just("TC"), Just("-"), Just("("),
            Just(")"), Just("người"), Just("chết"), Just("triệu"), Just("thôn"), Just("tổng"), Just(","), Just("hòa giải"),
            Just("thành"), Just("từ"), Just("đến"), Just("15/2"), Just("mười"), Just("hai"), Just("T6TC2"), Just("."),
        ], 0..40)
    ) {
        reader().read(&words.join(" "), day());
        reader().read(&words.concat(), day());
        reader().explain(&words.join(" "), day());
    }

    #[test]
    fn a_report_printed_in_code_reads_back_the_same(values in values(), period in month()) {
        let code = write_code(period, &values, catalogue());
        let reading = reader().read(&code, day());
        prop_assert_eq!(reading.period, period, "{}", code);
        if values.is_empty() {
            prop_assert_eq!(reading.intent, Intent::Zero, "{}", code);
        } else {
            prop_assert_eq!(reading.intent, Intent::Report, "{}", code);
            prop_assert_eq!(&reading.values, &values, "{}", code);
        }
    }

    #[test]
    fn the_order_of_pairs_changes_nothing(values in values().prop_shuffle(), period in month()) {
        let code = write_code(period, &values, catalogue());
        let reading = reader().read(&code, day());
        prop_assert_eq!(&reading.values, &values, "{}", code);
    }

    #[test]
    fn greetings_and_signatures_change_nothing(
        values in values(),
        period in month(),
        head in prop_oneof![Just(""), Just("Kính gửi công an xã. "), Just("chao anh, "), Just("Dạ em báo cáo ạ: ")],
        tail in prop_oneof![Just(""), Just(" ạ"), Just(". Xin cảm ơn."), Just(", het a"), Just(". Trưởng thôn Nguyễn Văn Bảy")],
    ) {
        prop_assume!(!values.is_empty());
        let code = write_code(period, &values, catalogue());
        let plain = reader().read(&code, day());
        let dressed = reader().read(&format!("{head}{code}{tail}"), day());
        prop_assert_eq!(&dressed.values, &plain.values, "{}{}{}", head, code, tail);
        prop_assert_eq!(dressed.period, plain.period);
    }
}
