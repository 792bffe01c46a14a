//! Any bytes as a PDU of an SMSC.

#![no_main]

#[path = "../../src/sms/smpp/pdu.rs"]
mod pdu;

use libfuzzer_sys::fuzz_target;
use pdu::{Frame, Pdu, status};

// What was read is read again alike from what is written of it. The id in an answer that is an error is not written.
fuzz_target!(|data: &[u8]| {
    let Some(frame) = Frame::decode(data) else { return };
    match &frame.pdu {
        Err(_) => return,
        Ok(Pdu::SubmitAnswer(_)) if frame.status != status::OK => return,
        Ok(Pdu::Submit(message) | Pdu::Deliver(message)) => assert!(message.words().len() <= data.len()),
        Ok(_) => {}
    }
    assert_eq!(Frame::decode(&frame.encode()).as_ref(), Some(&frame));
});
