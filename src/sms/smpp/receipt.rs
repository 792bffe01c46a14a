//! What an SMSC says of a text that went out.

use super::pdu::{Message, tag};
use crate::config::MessageIds;
use crate::sms::{DeliveryReport, DeliveryStatus};

/// Bits of `esm_class` that say what kind of message it is.
const KIND: u8 = 0b0011_1100;
/// “MC Delivery Receipt”.
const RECEIPT: u8 = 0b0000_0100;
/// “Intermediate Delivery Notification”.
const NOTIFICATION: u8 = 0b0010_0000;
/// How much of an SMSC's words is kept as a reason.
const MAX_REASON: usize = 200;

/// Whether a `deliver_sm` is a receipt rather than a text.
pub(super) fn is_receipt(message: &Message) -> bool {
    matches!(message.esm_class & KIND, RECEIPT | NOTIFICATION)
        || message.parameters.contains_key(&tag::MESSAGE_STATE)
}

/// The report that a receipt makes; `None` where it names no text, or a state that is not the last and not “sent”.
pub(super) fn report(message: &Message, ids: MessageIds) -> Option<DeliveryReport> {
    let words = String::from_utf8_lossy(message.words()).replace('\0', "");
    let beside = message.parameters.get(&tag::RECEIPTED_MESSAGE_ID).map(|id| String::from_utf8_lossy(id));
    let beside = beside.map(|id| id.trim_end_matches('\0').trim().to_owned()).filter(|id| !id.is_empty());
    let id = beside.or_else(|| field(&words, "id"))?;
    let state = message.number(tag::MESSAGE_STATE).and_then(by_number);
    let status = state.or_else(|| field(&words, "stat").and_then(|name| by_name(&name)))?;
    let went = matches!(status, DeliveryStatus::Delivered | DeliveryStatus::Sent);
    let reason = (!went).then(|| reason(&words)).filter(|reason| !reason.is_empty());
    Some(DeliveryReport { id: of_receipt(&id, ids), status, reason })
}

/// `message_state` (5.2.28).
fn by_number(state: u16) -> Option<DeliveryStatus> {
    match state {
        2 => Some(DeliveryStatus::Delivered),
        3 => Some(DeliveryStatus::Expired),
        // Deleted, undeliverable, rejected.
        4 | 5 | 8 => Some(DeliveryStatus::Failed),
        // Accepted: read for the receiver by somebody.
        6 => Some(DeliveryStatus::Delivered),
        // Under way.
        1 => Some(DeliveryStatus::Sent),
        _ => None,
    }
}

fn by_name(name: &str) -> Option<DeliveryStatus> {
    match name.to_ascii_uppercase().as_str() {
        "DELIVRD" => Some(DeliveryStatus::Delivered),
        "EXPIRED" => Some(DeliveryStatus::Expired),
        "UNDELIV" | "REJECTD" | "DELETED" => Some(DeliveryStatus::Failed),
        "ACCEPTD" | "ENROUTE" => Some(DeliveryStatus::Sent),
        // Unknown says nothing; whatever comes later does.
        _ => None,
    }
}

/// A field of a receipt's words: `id:0123 sub:001 dlvrd:001 submit date:… done date:… stat:DELIVRD err:000 text:…`
fn field(words: &str, name: &str) -> Option<String> {
    let words = words.split_once(" text:").map_or(words, |(before, _)| before);
    let tagged = words.split_whitespace().find_map(|word| {
        let (given, value) = word.split_once(':')?;
        given.eq_ignore_ascii_case(name).then(|| value.to_owned())
    });
    tagged.filter(|value| !value.is_empty())
}

fn reason(words: &str) -> String {
    let said = ["stat", "err"].into_iter().filter_map(|name| Some(format!("{name}:{}", field(words, name)?)));
    said.collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(MAX_REASON).collect()
}

/// The id of an answer, as it is compared with that of a receipt.
pub(super) fn of_answer(id: &str, ids: MessageIds) -> String {
    normal(id, ids == MessageIds::HexThenDecimal)
}

fn of_receipt(id: &str, ids: MessageIds) -> String {
    normal(id, ids == MessageIds::DecimalThenHex)
}

/// Numbers as decimals without zeros in front, if `hexadecimal` says that they are others; ids that are no numbers as
/// they are.
fn normal(id: &str, hexadecimal: bool) -> String {
    let id = id.trim();
    if !hexadecimal {
        let digits = id.trim_start_matches('0');
        let number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        return if number { digits.to_owned() } else { id.to_ascii_lowercase() };
    }
    u128::from_str_radix(id, 16).map_or_else(|_| id.to_ascii_lowercase(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn receipt(words: &str, parameters: &[(u16, &[u8])]) -> Message {
        let parameters = parameters.iter().map(|(tag, value)| (*tag, value.to_vec()));
        let parameters = parameters.collect::<HashMap<_, _>>();
        Message { esm_class: RECEIPT, octets: words.as_bytes().to_vec(), parameters, ..Message::default() }
    }

    fn told(words: &str, parameters: &[(u16, &[u8])]) -> Option<(String, DeliveryStatus, Option<String>)> {
        let report = report(&receipt(words, parameters), MessageIds::Alike)?;
        Some((report.id, report.status, report.reason))
    }

    #[test]
    fn the_usual_words_are_read() {
        let words = "id:0123456789 sub:001 dlvrd:001 submit date:2611241821 done date:2611241822 stat:DELIVRD err:000 text:stat:EXPIRED id:7";
        assert_eq!(told(words, &[]), Some(("123456789".to_owned(), DeliveryStatus::Delivered, None)));
        let failed =
            Some(("ab-1".to_owned(), DeliveryStatus::Failed, Some("stat:UNDELIV err:27".to_owned())));
        assert_eq!(told("ID:AB-1 STAT:UNDELIV err:27", &[]), failed);
        assert_eq!(told("id:1 stat:EXPIRED", &[]).unwrap().1, DeliveryStatus::Expired);
        assert_eq!(told("id:1 stat:ACCEPTD", &[]).unwrap().1, DeliveryStatus::Sent);
        for silent in ["id:1 stat:UNKNOWN", "id:1", "stat:DELIVRD", "id: stat:DELIVRD", "", "chao"] {
            assert_eq!(told(silent, &[]), None, "{silent}");
        }
    }

    #[test]
    fn parameters_are_believed_before_words() {
        let beside = [(tag::RECEIPTED_MESSAGE_ID, &b"7\0"[..]), (tag::MESSAGE_STATE, &[2][..])];
        assert_eq!(told("", &beside), Some(("7".to_owned(), DeliveryStatus::Delivered, None)));
        assert_eq!(told("id:8 stat:UNDELIV err:1", &beside).unwrap().0, "7");
        let undeliverable = [(tag::RECEIPTED_MESSAGE_ID, &b"7\0"[..]), (tag::MESSAGE_STATE, &[5][..])];
        assert_eq!(told("", &undeliverable).unwrap().1, DeliveryStatus::Failed);
    }

    #[test]
    fn ids_are_compared_in_one_form() {
        assert_eq!(of_answer("000A", MessageIds::Alike), of_receipt("000a", MessageIds::Alike));
        assert_eq!(of_answer("0012", MessageIds::Alike), of_receipt("12", MessageIds::Alike));
        assert_eq!(
            of_answer("4F2A", MessageIds::HexThenDecimal),
            of_receipt("20266", MessageIds::HexThenDecimal)
        );
        assert_eq!(
            of_answer("20266", MessageIds::DecimalThenHex),
            of_receipt("4f2a", MessageIds::DecimalThenHex)
        );
        assert_eq!(
            of_answer("x-1", MessageIds::HexThenDecimal),
            of_receipt("X-1", MessageIds::HexThenDecimal)
        );
        assert_eq!(of_answer("0", MessageIds::Alike), "0");
    }

    #[test]
    fn a_receipt_is_known_by_its_class_or_its_state() {
        assert!(is_receipt(&receipt("", &[])));
        assert!(is_receipt(&Message { esm_class: 0, ..receipt("", &[(tag::MESSAGE_STATE, &[2])]) }));
        assert!(!is_receipt(&Message { esm_class: 0x40, ..Message::default() }));
    }
}
