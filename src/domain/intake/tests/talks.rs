//! Dialogues, word for word: `<` what the head texts, `>` what goes back, `=` what counts then.

use super::desk::*;

fn talk(desk: &mut Desk, script: &str) {
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (sign, words) = line.split_at(1);
        let words = words.trim();
        match sign {
            "<" => {
                desk.text(words);
            }
            ">" => {
                let reply = desk.plan.reply.as_ref().map(|reply| desk.templates.render_reply(reply, false));
                assert_eq!(reply.unwrap_or_default(), words);
            }
            _ => {
                let (month, figures) = words.split_once(' ').unwrap();
                assert_eq!(desk.figures(month), figures);
            }
        }
    }
}

#[test]
fn a_month_of_an_ordinary_head() {
    talk(
        &mut Desk::new(),
        "< ngay 1/3 TC1
         > Da ghi vu ngay 1/3 vao thang 3 (15/2-14/3), Thon Na Mo: trom cap 1. Neu sai, soan SUA va so dung.
         < T3 TC1 MTTC2 HGT1, con lai khong co gi
         > Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 1, mau thuan 2, hoa giai thanh 1, con lai khong. Neu sai, soan SUA va so dung.
         = 2026-03 TC1 MTTC2 HGT1 rest 0
         < SUA HGT2
         > Da ghi thang 3 (15/2-14/3), Thon Na Mo: hoa giai thanh 1 -> 2. Neu sai, soan SUA va so dung.
         < THEM TC1
         > Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 1 + 1 = 2. Neu sai, soan SUA va so dung.
         < KT
         > Thang 3 (15/2-14/3), Thon Na Mo da bao: trom cap 2, mau thuan 2, hoa giai thanh 2, con lai khong.
         = 2026-03 TC2 MTTC2 HGT2 rest 0",
    );
}

#[test]
fn a_head_who_is_asked_three_things_about_one_text() {
    let mut desk = Desk::of(person(1, &[PA_KHOANG, NA_MO]));
    talk(
        &mut desk,
        "< thon na mo T3 TC2
         > Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 2. Neu sai, soan SUA va so dung.
         < TC3
         > Tin nay cua noi nao? Soan so: 1 Ban Pa Khoang, 2 Thon Na Mo.
         < 2
         > Thon Na Mo: tin nay cua thang nao? Soan T3 neu la thang 3 (15/2-14/3), T4 neu la thang 4 (15/3-14/4).
         < T3
         > Thang 3 (15/2-14/3), Thon Na Mo: trom cap da bao 2, nay 3. Soan 1 neu thay bang so moi, 2 neu cong them.
         < 1
         > Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 2 -> 3. Neu sai, soan SUA va so dung.
         = 2026-03 TC3",
    );
}

#[test]
fn a_head_who_is_not_understood_at_first() {
    talk(
        &mut Desk::new(),
        "< T3 TC1, TN 2
         > \"TN\" la gi? Soan 1: tai nan GT, 2: tai nan lao dong, 3: nghien moi. Hoac gui lai ca tin, vi du: ANTT T3 TC1 TNV2
         < 7
         > Chua ro cau tra loi. Soan mot so tu 1 den 3, hoac gui lai ca tin.
         < 1
         > Da ghi thang 3 (15/2-14/3), Thon Na Mo: trom cap 1, tai nan GT 2. Neu sai, soan SUA va so dung.
         = 2026-03 TC1 TNV2",
    );
}
