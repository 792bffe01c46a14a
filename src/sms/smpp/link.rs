//! A link to an SMSC: connecting and binding, reading and writing, signs of life, and its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::memory::Memory;
use super::pdu::{Bind, Frame, HEADER, MAX_LENGTH, Message, Pdu, status};
use super::session::{Saying, Session};
use crate::config::{Secret, Smpp as Settings};

/// How long connecting may take, and each answer of the SMSC to what is no text.
const PATIENCE: Duration = Duration::from_secs(10);
/// How soon the SMSC is asked whether it has heard the answers to its texts.
const HEARD_PAUSE: Duration = Duration::from_secs(2);
/// Frames that may wait to be written, and texts of the SMSC that may wait to be taken; then reading stops.
const QUEUE: usize = 256;

/// Why there is no link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Nobody answers at the address.
    #[error("the SMSC cannot be reached: {detail}")]
    Unreachable {
        /// What the system says.
        detail: String,
    },
    /// The SMSC does not let us in: user, password or address are wrong, or too many links are open.
    #[error(
        "the SMSC refused the bind with status 0x{status:08X}; check system_id, password and system_type"
    )]
    Refused {
        /// What it said.
        status: u32,
    },
    /// What answers speaks no SMPP, or stopped speaking.
    #[error("the SMSC did not answer the bind")]
    NoAnswer,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A bound link. It ends when it is dropped.
#[derive(Debug)]
pub struct Link {
    session: Arc<Session>,
    memory: Arc<Mutex<Memory>>,
    brought: mpsc::Receiver<Frame>,
    /// Reading, writing, and asking for signs of life: the link ends with the first that ends.
    tasks: JoinSet<()>,
}

/// What the SMSC brought by a `deliver_sm`.
#[derive(Debug)]
pub(super) struct Delivered {
    pub(super) sequence: u32,
    pub(super) message: Message,
}

impl Link {
    /// Connects and binds.
    pub(super) async fn open(settings: &Settings, memory: Arc<Mutex<Memory>>) -> Result<Link, LinkError> {
        let connected =
            timeout(PATIENCE, connect(settings)).await.map_err(|_| unreachable("no answer in time"))??;
        let (mut reader, mut writer) = split(connected);
        timeout(PATIENCE, bind(settings, &mut reader, &mut writer))
            .await
            .map_err(|_| LinkError::NoAnswer)??;
        memory.lock().unwrap_or_else(PoisonError::into_inner).begin_link();
        let (frames, sayings) = mpsc::channel(QUEUE);
        let (bring, brought) = mpsc::channel(QUEUE);
        let session = Arc::new(Session::new(frames, settings.window));
        let mut tasks = JoinSet::new();
        tasks.spawn(write(writer, sayings));
        tasks.spawn(read(reader, Arc::clone(&session), bring));
        let pause = Duration::from_secs(settings.enquire_link_seconds);
        tasks.spawn(enquire(Arc::clone(&session), Arc::clone(&memory), pause));
        Ok(Link { session, memory, brought, tasks })
    }

    pub(super) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// The next thing that the SMSC brings; `None` when the link has ended.
    pub(super) async fn next(&mut self) -> Option<Delivered> {
        loop {
            let frame = tokio::select! {
                // What was read before the end is still brought.
                biased;
                frame = self.brought.recv() => frame?,
                _ = self.tasks.join_next() => {
                    self.session.end();
                    match self.brought.try_recv() {
                        Ok(frame) => frame,
                        Err(_) => return None,
                    }
                }
            };
            let sequence = frame.sequence;
            match frame.pdu {
                Ok(Pdu::Deliver(message)) => return Some(Delivered { sequence, message }),
                Ok(Pdu::Unbind) => {
                    self.session.say(Frame::new(status::OK, sequence, Pdu::UnbindAnswer)).await;
                    return None;
                }
                _ => {}
            }
        }
    }

    /// What answers are given with; it may outlive the link.
    pub fn answers(&self) -> Answers {
        Answers { session: Arc::clone(&self.session), memory: Arc::clone(&self.memory) }
    }

    /// Ends the link in good order: what is under way is answered first.
    pub async fn close(mut self) {
        self.session.settle(Instant::now() + PATIENCE / 2).await;
        // Whether the SMSC answers or not, we are gone.
        drop(self.session.ask(Pdu::Unbind, Instant::now() + Duration::from_secs(1)).await);
        self.session.end();
        self.tasks.shutdown().await;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.session.end();
    }
}

/// Tells the SMSC what became of what it brought.
#[derive(Debug, Clone)]
pub struct Answers {
    session: Arc<Session>,
    memory: Arc<Mutex<Memory>>,
}

impl Answers {
    /// Answers a `deliver_sm`; a text that was taken is remembered under `number` until the SMSC has surely heard so.
    pub(super) async fn answer(&self, sequence: u32, status: u32, number: Option<u64>) {
        let said = self.session.say(Frame::new(status, sequence, Pdu::DeliverAnswer)).await;
        if let Some(number) = number.filter(|_| said && status == status::OK) {
            self.memory.lock().unwrap_or_else(PoisonError::into_inner).answered(number);
        }
    }
}

fn unreachable(detail: &str) -> LinkError {
    LinkError::Unreachable { detail: detail.to_owned() }
}

async fn connect(settings: &Settings) -> Result<Box<dyn Stream>, LinkError> {
    let failed = |error: std::io::Error| unreachable(&error.to_string());
    let plain = TcpStream::connect((settings.host.as_str(), settings.port)).await.map_err(failed)?;
    plain.set_nodelay(true).map_err(failed)?;
    if !settings.tls {
        return Ok(Box::new(plain));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| unreachable(&error.to_string()))?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name =
        ServerName::try_from(settings.host.clone()).map_err(|error| unreachable(&error.to_string()))?;
    let secured = TlsConnector::from(Arc::new(config)).connect(name, plain).await.map_err(failed)?;
    Ok(Box::new(secured))
}

async fn bind(
    settings: &Settings,
    reader: &mut ReadHalf<Box<dyn Stream>>,
    writer: &mut WriteHalf<Box<dyn Stream>>,
) -> Result<(), LinkError> {
    let bind = Bind {
        system_id: settings.system_id.clone(),
        password: Secret::reveal(&settings.password).to_owned(),
        system_type: settings.system_type.clone(),
    };
    let request = Frame::new(status::OK, 1, Pdu::Bind(bind)).encode();
    writer.write_all(&request).await.map_err(|error| unreachable(&error.to_string()))?;
    writer.flush().await.map_err(|error| unreachable(&error.to_string()))?;
    let answer = read_frame(reader).await.ok_or(LinkError::NoAnswer)?;
    match (answer.status, answer.pdu) {
        (status::OK, Ok(Pdu::BindAnswer)) => Ok(()),
        (status::OK, _) => Err(LinkError::NoAnswer),
        (status, _) => Err(LinkError::Refused { status }),
    }
}

/// The next frame; `None` where the stream ends or holds something else than SMPP.
async fn read_frame(reader: &mut (impl AsyncRead + Unpin)) -> Option<Frame> {
    let length = reader.read_u32().await.ok()?;
    let whole = usize::try_from(length).ok().filter(|length| (HEADER..=MAX_LENGTH).contains(length))?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.resize(whole, 0);
    reader.read_exact(frame.get_mut(4..)?).await.ok()?;
    Frame::decode(&frame)
}

/// Reads until the stream ends: answers go to whoever waits for them, what must be answered at once is.
async fn read(mut reader: ReadHalf<Box<dyn Stream>>, session: Arc<Session>, bring: mpsc::Sender<Frame>) {
    while let Some(frame) = read_frame(&mut reader).await {
        let sequence = frame.sequence;
        let goes_on = match frame.pdu {
            Ok(Pdu::Enquire) => session.say(Frame::new(status::OK, sequence, Pdu::EnquireAnswer)).await,
            Ok(Pdu::Deliver(_) | Pdu::Unbind) => bring.send(frame).await.is_ok(),
            Ok(answer) if answer.is_answer() => {
                session.answered(sequence, (frame.status, answer));
                true
            }
            Ok(other) => {
                tracing::warn!(?other, "the SMSC says something that is not known here");
                session.say(Frame::new(status::UNKNOWN_COMMAND, sequence, Pdu::Nack)).await
            }
            // It would be brought on every link.
            Err(0x05) => {
                tracing::error!("a deliver_sm of the SMSC cannot be read and is refused for good");
                session.say(Frame::new(status::PERMANENT, sequence, Pdu::DeliverAnswer)).await
            }
            Err(_) => session.say(Frame::new(status::UNKNOWN_COMMAND, sequence, Pdu::Nack)).await,
        };
        if !goes_on {
            break;
        }
    }
}

/// Writes until the stream breaks.
async fn write(mut writer: WriteHalf<Box<dyn Stream>>, mut sayings: mpsc::Receiver<Saying>) {
    while let Some(Saying { frame, fate }) = sayings.recv().await {
        if fate.is_some_and(|fate| !fate.begins()) {
            continue;
        }
        let written = writer.write_all(&frame.encode()).await;
        if written.is_err() || writer.flush().await.is_err() {
            return;
        }
    }
}

/// Asks for a sign of life whenever `pause` has passed, or sooner where answers were given that the SMSC may not have
/// heard; ends when there is none.
async fn enquire(session: Arc<Session>, memory: Arc<Mutex<Memory>>, pause: Duration) {
    let mut quiet = Duration::ZERO;
    loop {
        let step = HEARD_PAUSE.min(pause);
        sleep(step).await;
        quiet += step;
        let unheard = memory.lock().unwrap_or_else(PoisonError::into_inner).unheard();
        if unheard.is_none() && quiet < pause {
            continue;
        }
        quiet = Duration::ZERO;
        if session.ask(Pdu::Enquire, Instant::now() + PATIENCE).await.is_err() {
            return;
        }
        if let Some(answers) = unheard {
            memory.lock().unwrap_or_else(PoisonError::into_inner).heard(answers);
        }
    }
}
