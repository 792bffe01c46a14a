use proptest::prelude::*;

use super::*;
use crate::domain::indicator::Catalogue;
use crate::domain::period::Calendar;
use crate::domain::template::Templates;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn item(text: TemplateKey, period: i32, due: &str, name: &str) -> Item {
    Item { text, period, due: day(due), name: name.to_owned() }
}

fn composed(today: &str, items: &[Item], marks: bool) -> String {
    let (catalogue, templates) = (Catalogue::shipped().unwrap(), Templates::shipped().unwrap());
    let calendar = Calendar::ministry();
    let words =
        Words { catalogue: &catalogue, calendar: &calendar, templates: &templates, today: day(today) };
    compose(&words, items, marks)
}

#[test]
fn a_head_is_told_what_is_missing_until_when_and_how_to_answer() {
    let items = [item(key::REMIND_RETURN, 202_603, "2026-03-15", "Bản Nà Mo")];
    assert_eq!(
        composed("2026-03-12", &items, false),
        "Ban Na Mo chua bao cao thang 3 (15/2-14/3), han 15/3. Neu khong co gi, soan ANTT T3 0. Thoi nhan: soan THOI NHAC."
    );
    assert!(composed("2026-03-15", &items, false).contains("han hom nay"));
    assert!(composed("2026-03-16", &items, false).contains("da qua han 15/3"));
    assert!(composed("2026-03-16", &items, true).starts_with("Bản Nà Mo chưa báo cáo tháng 3"));
}

#[test]
fn a_person_with_several_duties_gets_one_text() {
    let items = [
        item(key::REMIND_REGISTRATION, 2026, "2026-03-31", "Bản Nà Mo"),
        item(key::REMIND_RETURN, 202_603, "2026-03-15", "Bản Nà Mo"),
        item(key::REMIND_RETURN, 202_603, "2026-03-15", "Bản Co Mạ"),
    ];
    let text = composed("2026-03-16", &items, false);
    assert!(text.starts_with("Ban Na Mo, Ban Co Ma chua bao cao thang 3"), "{text}");
    assert!(text.ends_with("Dang ky: soan DK 2026."), "{text}");
    assert!(fits(&text));
}

#[test]
fn a_list_names_as_many_as_fit_and_says_how_many_more() {
    let items: Vec<Item> = (1..=40)
        .map(|n| item(key::REMIND_RETURN_LIST, 202_603, "2026-03-15", &format!("Bản Nà Mo {n}")))
        .collect();
    let text = composed("2026-03-16", &items, true);
    assert!(
        text.starts_with("Thang 3 (15/2-14/3), da qua han 15/3: 40 noi chua bao cao: Ban Na Mo 1, "),
        "{text}"
    );
    assert!(text.contains(" va ") && text.ends_with("noi nua."), "{text}");
    assert!(fits(&text));
}

#[test]
fn a_province_is_told_of_its_communes_with_their_numbers() {
    let names = ["Xã Mường Bú", "Xã Mường Bú", "Xã Chiềng La"];
    let items = names.map(|name| item(key::REMIND_RETURN_LIST, 202_603, "2026-03-15", name));
    assert_eq!(
        composed("2026-03-20", &items, false),
        "Thang 3 (15/2-14/3), da qua han 15/3: 3 noi chua bao cao: Xa Muong Bu 2, Xa Chieng La."
    );
}

#[test]
fn sentences_that_do_not_fit_are_counted() {
    let items: Vec<Item> =
        (1..=12).map(|n| item(key::REMIND_RETURN, 202_600 + n, "2026-03-15", "Bản Nà Mo")).collect();
    let text = composed("2026-03-16", &items, false);
    assert!(text.ends_with("Va 10 viec khac.") || text.ends_with("Va 11 viec khac."), "{text}");
    assert!(fits(&text));
}

proptest! {
    #[test]
    fn every_text_fits_two_sms_and_loses_no_count(
        names in proptest::collection::vec("[A-ZĐa-zạ ]{1,60}", 1..60),
        marks in any::<bool>(),
    ) {
        let items: Vec<Item> = names
            .iter()
            .map(|name| item(key::REMIND_RETURN_LIST, 202_603, "2026-03-15", name))
            .collect();
        let text = composed("2026-03-16", &items, marks);
        prop_assert!(fits(&text), "{text}");
        let count = format!(": {} n", items.len());
        prop_assert!(text.contains(&count), "{text}");
    }
}
