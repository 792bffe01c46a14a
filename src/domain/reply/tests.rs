//! Replies word for word, and their longest cases.

use proptest::prelude::*;

use super::*;
use crate::domain::indicator::IndicatorId;
use crate::domain::message::{Encoding, parts};
use crate::domain::shortcode::{Intent, MonthFrom, Reading, Why};
use crate::domain::template::key;

struct Office {
    catalogue: Catalogue,
    calendar: Calendar,
    templates: Templates,
}

impl Office {
    fn new() -> Self {
        let (catalogue, templates) = (Catalogue::shipped().unwrap(), Templates::shipped().unwrap());
        Office { catalogue, calendar: Calendar::ministry(), templates }
    }

    fn words(&self) -> Words<'_> {
        let today = "2026-03-20".parse().unwrap();
        Words { catalogue: &self.catalogue, calendar: &self.calendar, templates: &self.templates, today }
    }

    fn id(&self, code: &str) -> IndicatorId {
        self.catalogue.by_code(code).unwrap().id
    }

    fn figures(&self, figures: &[(&str, i64)]) -> Vec<(IndicatorId, i64)> {
        figures.iter().map(|(code, figure)| (self.id(code), *figure)).collect()
    }

    fn report(&self, month: Option<&str>, figures: &[(&str, i64)]) -> Reading {
        Reading {
            period: month.map(|month| month.parse().unwrap()),
            month_from: if month.is_some() { MonthFrom::Named } else { MonthFrom::Nothing },
            values: self.figures(figures),
            ..Reading::of(Intent::Report)
        }
    }

    fn ask(&self, why: Why, doubt: &str, candidates: &[&str], count: Option<i64>) -> Reading {
        Reading {
            why: Some(why),
            doubt: doubt.to_owned(),
            candidates: candidates.iter().map(|code| self.id(code)).collect(),
            doubt_count: count,
            partly: self.figures(&[("TC", 1)]),
            partly_month: Some("2026-02".parse().unwrap()),
            ..Reading::of(Intent::Ask)
        }
    }

    fn reply(&self, reading: &Reading) -> String {
        stateless_reply(reading, &self.words())
    }

    fn sent(&self, reply: &ReplyParts) -> String {
        let mut given: Vec<&str> = reply.fields.iter().map(|(name, _)| *name).collect();
        let mut expected = Templates::fields_of(reply.key).to_vec();
        given.sort_unstable();
        expected.sort_unstable();
        assert_eq!(given, expected, "{}", reply.key);
        self.templates.render_reply(reply, false)
    }
}

#[test]
fn what_was_understood_goes_back_in_words_with_the_month_and_its_days() {
    let office = Office::new();
    let report = office.report(Some("2026-03"), &[("TC", 2), ("TNV", 1), ("THTS", 15_000_000)]);
    let cases = [
        (
            report.clone(),
            "Da ghi thang 3 (15/2-14/3): trom cap 2, tai nan GT 1, thiet hai toi pham 15 trieu. Neu sai, soan SUA va so \
             dung.",
        ),
        (
            Reading { rest_zero: true, ..office.report(Some("2025-12"), &[("CB", 1)]) },
            "Da ghi thang 12/2025 (15/11-14/12): co bac 1, con lai khong. Neu sai, soan SUA va so dung.",
        ),
        (
            office.report(None, &[("TC", 2)]),
            "Da ghi: trom cap 2. Tin khong neu thang: tinh cho thang vua ket thuc. Neu sai, soan SUA va so dung.",
        ),
        (
            Reading { intent: Intent::Correct, ..office.report(Some("2026-03"), &[("TC", 1)]) },
            "Da ghi thang 3 (15/2-14/3): sua trom cap 1. Neu sai, soan SUA va so dung.",
        ),
        (
            Reading { intent: Intent::Add, ..office.report(Some("2026-03"), &[("TC", 1)]) },
            "Da ghi thang 3 (15/2-14/3): them trom cap 1. Neu sai, soan SUA va so dung.",
        ),
        (
            Reading { period: report.period, ..Reading::of(Intent::Zero) },
            "Da ghi thang 3 (15/2-14/3): khong co vu viec gi. Neu sai, soan SUA va so dung.",
        ),
        (
            Reading::of(Intent::Urgent),
            "Da chuyen ngay tin nay toi cong an xa. Hay goi 113 (chay 114, cap cuu 115).",
        ),
        (
            Reading::of(Intent::Help),
            "Soan ANTT, thang, ma va so, hoac viet bang loi. Vi du: ANTT T3 TC2 TNV1. Khong co gi: ANTT T3 0. Sua: SUA. \
             Them: THEM. Huy: HUY. Xem: KT. Khan: KHAN.",
        ),
        (Reading::of(Intent::Ignore), ""),
    ];
    for (reading, expected) in cases {
        assert_eq!(office.reply(&reading), expected);
    }
}

#[test]
fn every_question_names_the_doubt_and_gives_a_right_example_from_the_senders_own_text() {
    let office = Office::new();
    let why = |why| office.ask(why, "", &[], None);
    let cases = [
        (
            office.ask(Why::AmbiguousWord, "TN 2", &["TNV", "TNLD"], Some(2)),
            "\"TN 2\" la gi? Soan 1: tai nan GT, 2: tai nan lao dong. Hoac gui lai ca tin, vi du: ANTT T2 TC1 TNV2",
        ),
        (
            office.ask(Why::UnknownCode, "TX2", &[], None),
            "Khong co ma \"TX2\", chua ghi gi. Xin viet ten viec va so, hoac vi du: ANTT T2 TC1",
        ),
        (
            office.ask(Why::NoCount, "co danh nhau", &["CYGT"], None),
            "Danh nhau: bao nhieu? Soan so, hoac gui lai ca tin, vi du: ANTT T2 TC1 CYGT1",
        ),
        (
            office.ask(Why::NoIndicator, "2 vu", &[], Some(2)),
            "\"2 vu\" la viec gi? Soan ten viec (trom cap, danh nhau...), hoac gui lai ca tin, vi du: ANTT T2 TC1",
        ),
        (
            office.ask(Why::Vague, "vài vụ", &["TC"], None),
            "\"vai vu\" la bao nhieu? Soan so, hoac gui lai ca tin, vi du: ANTT T2 TC1",
        ),
        (
            why(Why::Contradiction),
            "Cac so trong tin khong khop nhau, chua ghi gi. Xin gui lai so dung, vi du: ANTT T2 TC1",
        ),
        (why(Why::TwoMonths), "Tin co hai thang, chua ghi gi. Xin gui moi thang mot tin, vi du: ANTT T2 TC1"),
        (
            why(Why::TwoHamlets),
            "Tin co so cua hai noi, chua ghi gi. Xin gui moi noi mot tin, vi du: ANTT T2 TC1",
        ),
        (
            why(Why::BadMonth),
            "Chua ro thang nao, chua ghi gi. Xin gui so cua mot thang (1-12), vi du: ANTT T2 TC1",
        ),
        (
            office.ask(Why::Absurd, "TC20000", &["TC"], None),
            "So trom cap khong hop ly, chua ghi gi. Xin gui lai so dung, vi du: ANTT T2 TC1",
        ),
        (why(Why::Illegible), "Khong doc duoc tin, chua ghi gi. Xin gui lai, vi du: ANTT T2 TC1"),
        (
            why(Why::DifferenceOnly),
            "Chi thay tang, giam, chua ro trong thang co may. Xin gui so cua thang, vi du: ANTT T2 TC1",
        ),
        (
            why(Why::Nothing),
            "Tin chua co so nao, chua ghi gi. Xin gui lai, vi du: ANTT T2 TC1. Neu khong co gi: ANTT T2 0",
        ),
        (
            office.ask(Why::Unattached, "chết 1", &[], None),
            "\"chet 1\" la do viec gi (tai nan, chay...)? Chua ghi gi. Xin gui lai, vi du: ANTT T2 TC1",
        ),
        (why(Why::CallPolice), "Viec nay khong nhan qua tin nhan, tin da xoa. Xin goi truc tiep cong an xa."),
        (
            why(Why::NotAReport),
            "Chua hieu tin nay, chua ghi gi. Bao cao thi soan, vi du: ANTT T2 TC1. Huong dan: HD. Khan cap: goi 113.",
        ),
    ];
    for (reading, expected) in cases {
        assert_eq!(office.reply(&reading), expected);
    }
}

#[test]
fn an_example_reads_back_as_what_it_says() {
    let office = Office::new();
    let money = [15_000_000, 500_000, 1_500_000, 7_500_250]
        .map(|dong| office.report(Some("2026-03"), &[("THTS", dong)]));
    let examples = money.map(|reading| office.words().example(&reading));
    assert_eq!(examples, ["ANTT T3 THTS15", "ANTT T3 THTS500k", "ANTT T3 THTS1500k", "ANTT T3 THTS7500250d"]);
}

#[test]
fn a_report_of_all_45_indicators_goes_back_in_codes_with_all_that_fit_and_how_many_more() {
    let office = Office::new();
    let all = |figure: i64| {
        office.catalogue.iter().map(|i| Item::Plain(i.id, figure.min(i.max))).collect::<Vec<Item>>()
    };
    let place = || {
        vec![
            ("month", "tháng 12/2025 (15/11-14/12)".to_owned()),
            ("hamlet", "Tổ dân phố Nà Tòng 12".to_owned()),
        ]
    };
    let reply = |items: &[Item]| {
        office.sent(&office.words().reply_with(key::RECORDED, place(), "values", items, ", còn lại không"))
    };
    let few = reply(&all(2)[..3]);
    assert!(parts(&few).parts == 1 && few.contains("trom cap 2, cuop giat 2, lua dao 2"), "{few}");
    let some = reply(&all(2)[..12]);
    assert!(parts(&some).parts == 2 && some.contains("trom cap 2"), "{some}");
    for figure in [0, 1, 999_999] {
        let sent = reply(&all(figure));
        assert!(parts(&sent).parts <= 2 && sent.contains("TC ") && sent.contains("muc nua"), "{sent}");
        assert!(sent.ends_with("con lai khong. Neu sai, soan SUA va so dung."), "{sent}");
    }
}

#[test]
fn as_many_hamlets_are_listed_as_fit_and_a_name_may_always_be_texted() {
    let office = Office::new();
    let names: Vec<(i64, String)> =
        (1..=40).map(|number| (number, format!("Tổ dân phố số {number}"))).collect();
    let sent = office.sent(&office.words().reply_with_choices(key::WHICH_HAMLET, Vec::new(), &names));
    assert!(sent.starts_with("Tin nay cua noi nao? Soan so: 1 To dan pho so 1, 2 To dan pho so 2"), "{sent}");
    assert!(sent.ends_with(", ... hoac soan ten.") && parts(&sent).parts == 2, "{sent}");
}

#[test]
fn money_is_printed_as_people_say_it_and_never_rounded() {
    let cases = [
        (0, "0 đồng"),
        (500, "500 đồng"),
        (500_000, "500 nghìn"),
        (1_500_000, "1,5 triệu"),
        (15_000_000, "15 triệu"),
        (47_500_000, "47,5 triệu"),
        (7_500_250, "7.500.250 đồng"),
        (1_500_000_000, "1,5 tỷ"),
        (1_234_500_000, "1.234.500.000 đồng"),
        (1_234_000_000, "1,234 tỷ"),
        (100_000_000_000, "100 tỷ"),
    ];
    for (dong, words) in cases {
        assert_eq!(money(dong), words, "{dong}");
    }
    assert_eq!(grouped(-1_234_567), "-1.234.567");
}

#[test]
fn a_month_is_printed_with_its_days_and_its_year_where_it_is_another() {
    let (catalogue, calendar) = (Catalogue::default(), Calendar::ministry());
    let templates = Templates::default();
    let today = "2026-01-20".parse().unwrap();
    let words = Words { catalogue: &catalogue, calendar: &calendar, templates: &templates, today };
    assert_eq!(words.month("2026-03".parse().unwrap()), "tháng 3 (15/2-14/3)");
    assert_eq!(words.month("2025-12".parse().unwrap()), "tháng 12/2025 (15/11-14/12)");
    assert_eq!(words.day("2025-12-31".parse().unwrap()), "31/12/2025");
}

#[test]
fn long_names_and_pieces_are_clipped_between_words() {
    assert_eq!(clipped("mot hai ba bon", 11), "mot hai...");
    assert_eq!(clipped("motmotmotmotmot", 10), "motmotm...");
    assert_eq!(doubt("tai \"nan\"\n 2"), "tai nan 2");
}

proptest! {
    #[test]
    fn whatever_was_read_the_reply_is_plain_and_takes_two_sms_at_most(
        doubt in "\\PC{0,300}",
        why in prop::sample::select(vec![
            Why::AmbiguousWord, Why::NoCount, Why::NoIndicator, Why::Vague, Why::Contradiction, Why::UnknownCode,
            Why::Absurd, Why::Unattached, Why::NotAReport,
        ]),
        figures in prop::collection::vec((1i32..46, 0i64..100_000_000_000), 0..45),
    ) {
        static OFFICE: std::sync::LazyLock<Office> = std::sync::LazyLock::new(Office::new);
        let office = &*OFFICE;
        let mut ask = office.ask(why, &doubt, &["TNV", "TNLD"], Some(2));
        ask.partly = figures.clone();
        let report = Reading { values: figures, ..office.report(Some("2026-03"), &[]) };
        for reading in [ask, report] {
            let reply = office.reply(&reading);
            let parts = parts(&reply);
            prop_assert!(parts.encoding == Encoding::Gsm7 && parts.parts <= 2, "{}", reply);
        }
    }
}
