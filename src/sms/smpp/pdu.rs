//! The PDUs of SMPP 3.4 (Short Message Peer to Peer Protocol Specification v3.4, issue 1.2) that an ESME sends and hears.
//!
//! What comes in is read leniently: a value that is out of the standard is kept as it is, and a PDU that is not known is
//! told as such. One odd PDU must not end a link, since the SMSC would bring it again on the next.

use std::collections::HashMap;

/// Octets before the body: length, command, status, sequence number.
pub(super) const HEADER: usize = 16;
/// The longest PDU that is read: a text of 64 KiB in `message_payload`, and what stands around it.
pub(super) const MAX_LENGTH: usize = 70_000;
/// Set in the command of an answer.
const ANSWER: u32 = 0x8000_0000;

/// Statuses that mean something here (5.1.3).
pub(super) mod status {
    /// No error.
    pub const OK: u32 = 0;
    /// The command is not known.
    pub const UNKNOWN_COMMAND: u32 = 0x03;
    /// The SMSC is in trouble.
    pub const SYSTEM_ERROR: u32 = 0x08;
    /// The SMSC's queue is full.
    pub const QUEUE_FULL: u32 = 0x14;
    /// More than the agreed pace.
    pub const THROTTLED: u32 = 0x58;
    /// The receiver could not take it now: bring it again.
    pub const TEMPORARY: u32 = 0x64;
    /// The receiver will never take it.
    pub const PERMANENT: u32 = 0x65;
}

/// Optional parameters that mean something here (5.3.2).
pub(super) mod tag {
    pub const RECEIPTED_MESSAGE_ID: u16 = 0x001E;
    pub const SAR_REFERENCE: u16 = 0x020C;
    pub const SAR_TOTAL: u16 = 0x020E;
    pub const SAR_NUMBER: u16 = 0x020F;
    pub const MESSAGE_PAYLOAD: u16 = 0x0424;
    pub const MESSAGE_STATE: u16 = 0x0427;
}

/// A PDU without its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pdu {
    /// `bind_transceiver`
    Bind(Bind),
    /// `bind_transceiver_resp`
    BindAnswer,
    /// `submit_sm`
    Submit(Message),
    /// `submit_sm_resp`, with the id of the text
    SubmitAnswer(String),
    /// `deliver_sm`
    Deliver(Message),
    /// `deliver_sm_resp`
    DeliverAnswer,
    /// `unbind`
    Unbind,
    /// `unbind_resp`
    UnbindAnswer,
    /// `enquire_link`
    Enquire,
    /// `enquire_link_resp`
    EnquireAnswer,
    /// `generic_nack`
    Nack,
    /// Something else.
    Other(u32),
}

/// The body of `bind_transceiver`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bind {
    pub(super) system_id: String,
    pub(super) password: String,
    pub(super) system_type: String,
}

/// The body of `submit_sm` and `deliver_sm`, without what nobody looks at here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) source: Address,
    pub(super) destination: Address,
    pub(super) esm_class: u8,
    /// 1: a receipt is wanted.
    pub(super) registered_delivery: u8,
    pub(super) data_coding: u8,
    /// The words, with a header in front if `esm_class` says so.
    pub(super) octets: Vec<u8>,
    pub(super) parameters: HashMap<u16, Vec<u8>>,
}

/// A number or name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Address {
    /// Type of number: 0 unknown, 1 international, 5 alphanumeric …
    pub(super) ton: u8,
    /// Numbering plan: 0 unknown, 1 ISDN.
    pub(super) npi: u8,
    pub(super) digits: String,
}

/// A PDU with what its header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) status: u32,
    pub(super) sequence: u32,
    /// `None`: the body cannot be read; the command is kept.
    pub(super) pdu: Result<Pdu, u32>,
}

impl Frame {
    /// A frame to be sent.
    pub(super) fn new(status: u32, sequence: u32, pdu: Pdu) -> Self {
        Frame { status, sequence, pdu: Ok(pdu) }
    }

    /// The octets of the frame; a text that is longer than the protocol has room for is cut by whoever made it.
    pub(super) fn encode(&self) -> Vec<u8> {
        let (command, body) = match &self.pdu {
            Ok(pdu) => (pdu.command(), pdu.body(self.status)),
            Err(command) => (*command, Vec::new()),
        };
        let length = u32::try_from(HEADER + body.len()).unwrap_or(u32::MAX);
        let header = [length, command, self.status, self.sequence].map(u32::to_be_bytes);
        [header.as_flattened(), &body].concat()
    }

    /// Reads a whole frame; `None` where not even the header is there.
    pub(super) fn decode(octets: &[u8]) -> Option<Frame> {
        let mut reader = Reader(octets);
        let (_, command, status, sequence) = (reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?);
        let pdu = Pdu::read(command, &mut reader).ok_or(command);
        Some(Frame { status, sequence, pdu })
    }
}

impl Pdu {
    fn command(&self) -> u32 {
        match self {
            Pdu::Bind(_) => 0x09,
            Pdu::BindAnswer => ANSWER | 0x09,
            Pdu::Submit(_) => 0x04,
            Pdu::SubmitAnswer(_) => ANSWER | 0x04,
            Pdu::Deliver(_) => 0x05,
            Pdu::DeliverAnswer => ANSWER | 0x05,
            Pdu::Unbind => 0x06,
            Pdu::UnbindAnswer => ANSWER | 0x06,
            Pdu::Enquire => 0x15,
            Pdu::EnquireAnswer => ANSWER | 0x15,
            Pdu::Nack => ANSWER,
            Pdu::Other(command) => *command,
        }
    }

    fn body(&self, status: u32) -> Vec<u8> {
        let mut body = Vec::new();
        match self {
            Pdu::Bind(bind) => {
                for text in [&bind.system_id, &bind.password, &bind.system_type] {
                    put_text(&mut body, text);
                }
                // Version 3.4; any number, any plan; no range of addresses.
                body.extend([0x34, 0, 0, 0]);
            }
            Pdu::BindAnswer => body.push(0),
            Pdu::Submit(message) | Pdu::Deliver(message) => message.put(&mut body),
            Pdu::SubmitAnswer(id) if status == status::OK => put_text(&mut body, id),
            // The id of this answer is not used and always empty (4.6.2).
            Pdu::DeliverAnswer => body.push(0),
            _ => {}
        }
        body
    }

    /// `None` where the body is torn.
    fn read(command: u32, body: &mut Reader<'_>) -> Option<Pdu> {
        Some(match command {
            0x09 => {
                let (system_id, password, system_type) = (body.text()?, body.text()?, body.text()?);
                Pdu::Bind(Bind { system_id, password, system_type })
            }
            0x8000_0009 => Pdu::BindAnswer,
            0x04 => Pdu::Submit(Message::read(body)?),
            // Without a body when the status is an error, as the standard has it.
            0x8000_0004 => Pdu::SubmitAnswer(body.text().unwrap_or_default()),
            0x05 => Pdu::Deliver(Message::read(body)?),
            0x8000_0005 => Pdu::DeliverAnswer,
            0x06 => Pdu::Unbind,
            0x8000_0006 => Pdu::UnbindAnswer,
            0x15 => Pdu::Enquire,
            0x8000_0015 => Pdu::EnquireAnswer,
            ANSWER => Pdu::Nack,
            other => Pdu::Other(other),
        })
    }

    /// Whether it answers something that we sent.
    pub(super) fn is_answer(&self) -> bool {
        self.command() & ANSWER != 0
    }
}

impl Message {
    fn put(&self, body: &mut Vec<u8>) {
        put_text(body, "");
        for address in [&self.source, &self.destination] {
            body.extend([address.ton, address.npi]);
            put_text(body, &address.digits);
        }
        // No protocol, no priority, at once, as long as the SMSC likes.
        body.extend([self.esm_class, 0, 0, 0, 0]);
        body.extend([self.registered_delivery, 0, self.data_coding, 0]);
        let length = u8::try_from(self.octets.len()).unwrap_or(u8::MAX);
        body.push(length);
        body.extend(self.octets.iter().take(usize::from(length)));
        let mut parameters: Vec<_> = self.parameters.iter().collect();
        parameters.sort();
        for (tag, value) in parameters {
            body.extend(tag.to_be_bytes());
            body.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
            body.extend(value);
        }
    }

    fn read(body: &mut Reader<'_>) -> Option<Message> {
        body.text()?;
        let (source, destination) = (Address::read(body)?, Address::read(body)?);
        let esm_class = body.u8()?;
        let (_protocol, _priority) = (body.u8()?, body.u8()?);
        let (_schedule, _validity) = (body.text()?, body.text()?);
        let registered_delivery = body.u8()?;
        let _replace = body.u8()?;
        let data_coding = body.u8()?;
        let _default_message = body.u8()?;
        let length = body.u8()?;
        let octets = body.take(usize::from(length))?.to_vec();
        let parameters = body.parameters();
        Some(Message { source, destination, esm_class, registered_delivery, data_coding, octets, parameters })
    }

    /// An optional parameter that is a number.
    pub(super) fn number(&self, tag: u16) -> Option<u16> {
        match self.parameters.get(&tag)?.as_slice() {
            [low] => Some(u16::from(*low)),
            [high, low] => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        }
    }

    /// The words with their header: in the message itself, or beside it if they are too long for that.
    pub(super) fn words(&self) -> &[u8] {
        match self.parameters.get(&tag::MESSAGE_PAYLOAD) {
            Some(payload) if self.octets.is_empty() => payload,
            _ => &self.octets,
        }
    }
}

impl Address {
    fn read(body: &mut Reader<'_>) -> Option<Address> {
        Some(Address { ton: body.u8()?, npi: body.u8()?, digits: body.text()? })
    }
}

fn put_text(body: &mut Vec<u8>, text: &str) {
    body.extend(text.bytes().filter(|octet| *octet != 0));
    body.push(0);
}

/// Octets that are being read.
struct Reader<'o>(&'o [u8]);

impl<'o> Reader<'o> {
    fn take(&mut self, count: usize) -> Option<&'o [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().copied().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().copied().map(u32::from_be_bytes)
    }

    /// Octets up to a zero; of what is no ASCII something is kept.
    fn text(&mut self) -> Option<String> {
        let end = self.0.iter().position(|octet| *octet == 0)?;
        let octets = self.take(end)?;
        self.take(1)?;
        Some(String::from_utf8_lossy(octets).into_owned())
    }

    /// The parameters up to the first that is torn.
    fn parameters(&mut self) -> HashMap<u16, Vec<u8>> {
        let mut found = HashMap::new();
        while let (Some(tag), Some(length)) = (self.u16(), self.u16()) {
            let Some(value) = self.take(usize::from(length)) else { break };
            found.entry(tag).or_insert_with(|| value.to_vec());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message() -> Message {
        Message {
            source: Address { ton: 1, npi: 1, digits: "84900000001".to_owned() },
            destination: Address { ton: 0, npi: 0, digits: "8088".to_owned() },
            esm_class: 0x40,
            registered_delivery: 1,
            data_coding: 8,
            octets: b"\x05\0\x03\x07\x02\x01\0a".to_vec(),
            parameters: HashMap::from([(tag::MESSAGE_STATE, vec![2]), (tag::SAR_REFERENCE, vec![1, 2])]),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let bind = Bind { system_id: "s".to_owned(), password: "p".to_owned(), system_type: String::new() };
        for pdu in [
            Pdu::Bind(bind),
            Pdu::Submit(message()),
            Pdu::SubmitAnswer("4F2a".to_owned()),
            Pdu::Deliver(message()),
            Pdu::DeliverAnswer,
            Pdu::Unbind,
            Pdu::Enquire,
            Pdu::EnquireAnswer,
            Pdu::Nack,
        ] {
            let frame = Frame::new(0, 7, pdu);
            let octets = frame.encode();
            assert_eq!(octets[..4], u32::try_from(octets.len()).unwrap().to_be_bytes());
            assert_eq!(Frame::decode(&octets), Some(frame));
        }
    }

    #[test]
    fn the_bind_of_the_standard_is_written_octet_for_octet() {
        // The example of section 3.2.3 for bind_transmitter, as a transceiver of version 3.4 without addresses.
        let bind = Bind {
            system_id: "SMPP3TEST".to_owned(),
            password: "secret08".to_owned(),
            system_type: "SUBMIT1".to_owned(),
        };
        let octets = Frame::new(0, 1, Pdu::Bind(bind)).encode();
        let mut expected = vec![0, 0, 0, 0x2F, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1];
        expected.extend(b"SMPP3TEST\0secret08\0SUBMIT1\0\x34\0\0\0");
        assert_eq!(octets, expected);
    }

    #[test]
    fn an_answer_without_a_body_and_a_torn_body_do_not_end_the_link() {
        let header = |command: u32| [16_u32, command, 0x58, 9].map(u32::to_be_bytes).concat();
        let throttled = Frame::decode(&header(0x8000_0004)).unwrap();
        assert_eq!((throttled.status, throttled.pdu), (0x58, Ok(Pdu::SubmitAnswer(String::new()))));
        assert_eq!(Frame::decode(&header(5)).unwrap().pdu, Err(5));
        assert_eq!(Frame::decode(&header(0x103)).unwrap().pdu, Ok(Pdu::Other(0x103)));
        assert_eq!(Frame::decode(&header(5)[..15]), None);
    }

    #[test]
    fn long_words_stand_beside_the_message() {
        let mut long = Message { octets: Vec::new(), ..message() };
        long.parameters.insert(tag::MESSAGE_PAYLOAD, vec![b'a'; 300]);
        let octets = Frame::new(0, 1, Pdu::Deliver(long.clone())).encode();
        let Pdu::Deliver(read) = Frame::decode(&octets).unwrap().pdu.unwrap() else { panic!() };
        assert_eq!(read.words().len(), 300);
        assert_eq!((read.number(tag::MESSAGE_STATE), read.number(tag::SAR_REFERENCE)), (Some(2), Some(258)));
    }

    proptest! {
        #[test]
        fn no_octets_break_the_reader(octets in proptest::collection::vec(any::<u8>(), 0..200), command in 0u32..10) {
            let mut frame = [0, command, 0, 1].map(u32::to_be_bytes).concat();
            frame.extend(&octets);
            Frame::decode(&frame);
            Frame::decode(&octets);
        }
    }
}
