//! A real SMSC (smpp34), with a line in front of it that can be cut, and phones behind it.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use smpp34::server::ESME;
use smpp34::{
    SmppConnectionInformation, SmppError, SmppServer, SmppServerListener, TlvTag, bind_transceiver,
    bind_transceiver_resp, submit_sm, submit_sm_resp,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

use super::ports::free_port;

/// How the SMSC tells what became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipts {
    /// By parameters, the id as in the answer.
    Parameters,
    /// By words, the id in decimal where the answer was hexadecimal.
    Words,
    /// When it is told to ([`Smsc::report`]).
    Later,
}

/// What it does with a submit that is not simply taken.
#[derive(Debug, Clone, Copy)]
pub enum Turn {
    /// Takes it.
    Take,
    /// Answers with this status.
    Refuse(SmppError),
    /// Takes it, and the line breaks before the answer.
    Cut,
    /// Takes it and never answers.
    Silence,
    /// Takes it and answers when it is released.
    Hold,
}

/// A submitted part, as the SMSC has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    pub to: String,
    pub data_coding: u8,
    pub esm_class: u8,
    pub octets: Vec<u8>,
    pub sar: Vec<Vec<u8>>,
}

struct Desk {
    esmes: watch::Sender<Option<Arc<ESME>>>,
    submitted: Mutex<Vec<Submitted>>,
    came: Notify,
    next_id: AtomicU32,
    /// What becomes of the next submits; when there are none left, all is well.
    turns: Mutex<VecDeque<Turn>>,
    /// How many of the next binds are refused.
    locked: AtomicU32,
    /// How many submits came, whatever became of them.
    asked: AtomicU32,
    cuts: Arc<watch::Sender<u32>>,
    released: Notify,
    receipts: Receipts,
    /// How often the gateway has said that it cannot take a text now.
    put_off: watch::Sender<u32>,
}

#[async_trait]
impl SmppServerListener for Desk {
    async fn on_bind_transceiver(
        &self,
        request: bind_transceiver,
        _: &SmppConnectionInformation,
        _: &String,
    ) -> bind_transceiver_resp {
        let unlock = |left: u32| left.checked_sub(1);
        let locked = self.locked.fetch_update(Ordering::Relaxed, Ordering::Relaxed, unlock).is_ok();
        if request.system_id == "binhyen" && request.password == "geheim" && !locked {
            request.accept("smsc".to_owned(), Some(0x34))
        } else {
            request.reject(SmppError::ESME_RBINDFAIL)
        }
    }

    async fn on_esme_bound(&self, esme: ESME, _: &String) {
        self.esmes.send_replace(Some(Arc::new(esme)));
    }

    async fn on_submit_sm(
        &self,
        request: submit_sm,
        _: &SmppConnectionInformation,
        _: &String,
    ) -> submit_sm_resp {
        let turn = self.turns.lock().unwrap().pop_front().unwrap_or(Turn::Take);
        self.asked.fetch_add(1, Ordering::Relaxed);
        if let Turn::Refuse(error) = turn {
            return request.reject(error);
        }
        let number = self.next_id.fetch_add(1, Ordering::Relaxed);
        self.submitted.lock().unwrap().push(Submitted {
            to: request.destination_addr.clone(),
            data_coding: request.data_coding,
            esm_class: request.esm_class,
            octets: request.short_message.clone(),
            sar: request.tlvs.iter().map(|tlv| tlv.value.to_vec()).collect(),
        });
        self.came.notify_waiters();
        let id = format!("{number:X}");
        match turn {
            Turn::Cut => {
                self.cuts.send_modify(|cuts| *cuts += 1);
                std::future::pending().await
            }
            Turn::Silence => std::future::pending().await,
            Turn::Hold => self.released.notified().await,
            Turn::Take | Turn::Refuse(_) => {}
        }
        if self.receipts != Receipts::Later
            && request.registered_delivery & 1 == 1
            && let Some(esme) = self.esmes.borrow().clone()
        {
            let (from, to) = (request.destination_addr.clone(), request.source_addr.clone());
            let receipts = self.receipts;
            let id = id.clone();
            tokio::spawn(async move {
                let receipt = esme.deliver_sm().source_addr(from).destination_addr(to).esm_class(4);
                let receipt = match receipts {
                    Receipts::Parameters => receipt
                        .tlv(TlvTag::ReceiptedMessageId, format!("{id}\0").into_bytes())
                        .tlv(TlvTag::MessageStateTlv, [2]),
                    Receipts::Later => return,
                    Receipts::Words => receipt.short_message(format!(
                        "id:{number:010} sub:001 dlvrd:001 submit date:2603160800 done date:2603160800 stat:DELIVRD err:000 text:"
                    )),
                };
                drop(receipt.send().await);
            });
        }
        request.accept(id)
    }
}

/// A running SMSC.
pub struct Smsc {
    desk: Arc<Desk>,
    server: SmppServer,
    line: Line,
}

impl Smsc {
    /// Starts one; needs the reactor of [`super::play`].
    pub async fn start(receipts: Receipts) -> Smsc {
        let cuts = Arc::new(watch::Sender::new(0));
        let desk = Arc::new(Desk {
            esmes: watch::Sender::new(None),
            submitted: Mutex::default(),
            came: Notify::new(),
            next_id: AtomicU32::new(0xA000),
            turns: Mutex::default(),
            locked: AtomicU32::new(0),
            asked: AtomicU32::new(0),
            cuts: Arc::clone(&cuts),
            released: Notify::new(),
            receipts,
            put_off: watch::Sender::new(0),
        });
        let port = free_port();
        let handler = Arc::clone(&desk);
        let mut server = SmppServer::new_with_default_timers(
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            port,
            handler,
            5_000,
            30_000,
            300_000,
            2_000,
            1_500,
        );
        server.start().await;
        Smsc { desk, server, line: Line::start(port, cuts).await }
    }

    /// The port that a gateway connects to.
    pub fn port(&self) -> u16 {
        self.line.port
    }

    /// Cuts the line; a new connection may be made at once.
    pub fn cut(&self) {
        self.line.cut();
    }

    /// Answers the next submits with these statuses.
    pub fn will_refuse(&self, statuses: impl IntoIterator<Item = SmppError>) {
        self.will(statuses.into_iter().map(Turn::Refuse));
    }

    /// Does this with the next submits.
    pub fn will(&self, turns: impl IntoIterator<Item = Turn>) {
        self.desk.turns.lock().unwrap().extend(turns);
    }

    /// Refuses the next `count` binds.
    pub fn will_lock_out(&self, count: u32) {
        self.desk.locked.store(count, Ordering::Relaxed);
    }

    /// How many submits came, whatever became of them.
    pub fn asked(&self) -> usize {
        usize::try_from(self.desk.asked.load(Ordering::Relaxed)).unwrap()
    }

    /// Answers the submit that is held.
    pub fn release(&self) {
        self.desk.released.notify_one();
    }

    /// Reports of the part with this number, from 1, that its `message_state` is `state`; ends when that has been
    /// answered.
    pub fn report(&self, number: u32, state: u8) -> tokio::task::JoinHandle<()> {
        let esme = self.desk.esmes.borrow().clone().expect("a link");
        tokio::spawn(async move {
            let id = format!("{:X}\0", 0xA000 + number - 1).into_bytes();
            let receipt = esme.deliver_sm().source_addr("84900000001").destination_addr("8088").esm_class(4);
            let receipt = receipt.tlv(TlvTag::ReceiptedMessageId, id).tlv(TlvTag::MessageStateTlv, [state]);
            drop(receipt.send().await);
        })
    }

    /// All parts that were submitted so far.
    pub fn submitted(&self) -> Vec<Submitted> {
        self.desk.submitted.lock().unwrap().clone()
    }

    /// Waits until `count` parts have been submitted.
    pub async fn hear(&self, count: usize) -> Vec<Submitted> {
        loop {
            let came = self.desk.came.notified();
            let heard = self.submitted();
            if heard.len() >= count {
                return heard;
            }
            came.await;
        }
    }

    /// Waits until the gateway has said that it cannot take a text now.
    pub async fn is_put_off(&self) {
        self.desk.put_off.subscribe().wait_for(|times| *times > 0).await.unwrap();
    }

    /// Brings a text of a phone until the gateway has said that it is taken, by whatever link there is, as an SMSC does.
    pub fn bring(&self, text: Text) -> tokio::task::JoinHandle<()> {
        let mut esmes = self.desk.esmes.subscribe();
        let desk = Arc::clone(&self.desk);
        tokio::spawn(async move {
            loop {
                let esme = esmes.wait_for(Option::is_some).await.unwrap().clone().unwrap();
                let message =
                    esme.deliver_sm().source_addr_ton(1).source_addr_npi(1).source_addr(text.from.clone());
                let message =
                    message.destination_addr("8088").esm_class(text.esm_class).data_coding(text.data_coding);
                let message = message.short_message(text.octets.clone());
                let message =
                    text.tlvs.iter().fold(message, |m, (tag, value)| m.tlv_raw(*tag, value.clone()));
                match message.send().await {
                    Ok(answer) if answer.is_success() => return,
                    Ok(_) => desk.put_off.send_modify(|times| *times += 1),
                    Err(_) => {}
                }
                // Dead links stay known until the next bind; wait a moment for that.
                let next = esmes.changed();
                let _ = tokio::time::timeout(std::time::Duration::from_millis(200), next).await;
            }
        })
    }

    /// Ends it.
    pub async fn stop(mut self) {
        self.cut();
        self.server.stop().await;
    }
}

/// A text of a phone, or a part of one.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub from: String,
    pub esm_class: u8,
    pub data_coding: u8,
    pub octets: Vec<u8>,
    pub tlvs: BTreeMap<u16, Vec<u8>>,
}

impl Text {
    /// Words in the default alphabet.
    pub fn plain(from: &str, words: &str) -> Text {
        Text { from: from.to_owned(), octets: words.as_bytes().to_vec(), ..Text::default() }
    }

    /// Words in UCS-2, with `header` in front.
    pub fn ucs2(from: &str, header: &[u8], words: &str) -> Text {
        let octets = words.encode_utf16().flat_map(u16::to_be_bytes);
        Text {
            from: from.to_owned(),
            esm_class: if header.is_empty() { 0 } else { 0x40 },
            data_coding: 8,
            octets: header.iter().copied().chain(octets).collect(),
            tlvs: BTreeMap::new(),
        }
    }
}

/// Carries octets between the gateway and the SMSC until it is cut.
struct Line {
    port: u16,
    cuts: Arc<watch::Sender<u32>>,
}

impl Line {
    async fn start(target: u16, cuts: Arc<watch::Sender<u32>>) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cutter = Arc::clone(&cuts);
        actix_web::rt::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut cut = cutter.subscribe();
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(("127.0.0.1", target)).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.changed() => {}
                    }
                    // A reset rather than a polite end: what is on the way is lost.
                    for side in [&near, &far] {
                        drop(side.set_zero_linger());
                    }
                });
            }
        });
        Line { port, cuts }
    }

    fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}
