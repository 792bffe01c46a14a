//! What is said over a bound link and answered there: requests with their answers, a window, a pause where the SMSC asks
//! for one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout_at};

use super::pdu::{Frame, Message, Pdu, status};
use crate::sms::SendError;

/// The first pause after the SMSC has said that it is too much; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Sequence numbers go round below this (5.1.4).
const SEQUENCES: u32 = 0x7FFF_FFFF;

/// A bound link, as those see it who say something over it.
#[derive(Debug)]
pub(super) struct Session {
    frames: mpsc::Sender<Saying>,
    /// Who waits for an answer; `None` once the link has ended.
    waiting: Mutex<Option<HashMap<u32, oneshot::Sender<Answer>>>>,
    sequence: AtomicU32,
    window: Semaphore,
    width: u32,
    /// Held while nothing shall be sent; how long that was the last time.
    pause: tokio::sync::Mutex<Duration>,
}

/// Status and body of an answer.
pub(super) type Answer = (u32, Pdu);

/// A frame on its way out.
#[derive(Debug)]
pub(super) struct Saying {
    pub(super) frame: Frame,
    /// Of a request that may be called back until it is written.
    pub(super) fate: Option<Arc<Fate>>,
}

/// Whether a frame has been written: after that nobody knows what became of it without an answer.
#[derive(Debug, Default)]
pub(super) struct Fate(AtomicU8);

const WRITTEN: u8 = 1;
const CALLED_BACK: u8 = 2;

impl Fate {
    /// Notes that writing begins; false where the frame was called back.
    pub(super) fn begins(&self) -> bool {
        self.0.compare_exchange(0, WRITTEN, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Calls the frame back; false where writing has begun.
    fn call_back(&self) -> bool {
        self.0.compare_exchange(0, CALLED_BACK, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Why there is no answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// It never left.
    NotSent,
    /// It left, and nobody knows what became of it.
    Lost,
}

impl Session {
    pub(super) fn new(frames: mpsc::Sender<Saying>, width: usize) -> Self {
        Session {
            frames,
            waiting: Mutex::new(Some(HashMap::new())),
            // The bind was 1.
            sequence: AtomicU32::new(1),
            window: Semaphore::new(width),
            width: u32::try_from(width).unwrap_or(1),
            pause: tokio::sync::Mutex::new(Duration::ZERO),
        }
    }

    /// Hands a text, or a part of one, to the SMSC; answers the id that it gave it.
    pub(super) async fn submit(&self, message: &Message, until: Instant) -> Result<String, SendError> {
        loop {
            let late = || transient("the SMSC was busy for too long", None);
            // Whoever holds the pause lets nobody pass.
            let pause = timeout_at(until, self.pause.lock()).await.map_err(|_| late())?;
            drop(pause);
            let slot = timeout_at(until, self.window.acquire()).await.map_err(|_| late())?;
            let slot = slot.map_err(|_| transient("the link has ended", None))?;
            let (status, body) = self.ask(Pdu::Submit(message.clone()), until).await.map_err(no_answer)?;
            drop(slot);
            match (status, body) {
                (status::OK, Pdu::SubmitAnswer(id)) => {
                    if let Ok(mut pause) = self.pause.try_lock() {
                        *pause = Duration::ZERO;
                    }
                    return Ok(id);
                }
                (status::THROTTLED | status::QUEUE_FULL, _) => self.back_off(until).await?,
                (status, _) => return Err(refused(status)),
            }
        }
    }

    /// Says something that is answered, and waits for the answer.
    pub(super) async fn ask(&self, request: Pdu, until: Instant) -> Result<Answer, NoAnswer> {
        let (sequence, answer) = self.register().ok_or(NoAnswer::NotSent)?;
        let fate = Arc::new(Fate::default());
        let frame = Frame::new(status::OK, sequence, request);
        let saying = Saying { frame, fate: Some(Arc::clone(&fate)) };
        let handed_over = timeout_at(until, self.frames.send(saying)).await;
        if !matches!(handed_over, Ok(Ok(()))) {
            self.forget(sequence);
            return Err(NoAnswer::NotSent);
        }
        match timeout_at(until, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => {
                self.forget(sequence);
                Err(if fate.call_back() { NoAnswer::NotSent } else { NoAnswer::Lost })
            }
        }
    }

    /// Says something that is not answered; false where the link has ended.
    pub(super) async fn say(&self, frame: Frame) -> bool {
        self.frames.send(Saying { frame, fate: None }).await.is_ok()
    }

    /// Hands an answer of the SMSC to whoever waits for it.
    pub(super) fn answered(&self, sequence: u32, answer: Answer) {
        let waiting = self.waiting().as_mut().and_then(|waiting| waiting.remove(&sequence));
        match waiting {
            // Whoever asked may have given up.
            Some(waiting) => drop(waiting.send(answer)),
            None => {
                tracing::warn!(sequence, "an answer of the SMSC came too late, or to nothing that was asked")
            }
        }
    }

    /// The link has ended: nobody is answered any more.
    pub(super) fn end(&self) {
        self.window.close();
        drop(self.waiting().take());
    }

    /// Waits until every text that is under way is answered, or `until`; no other goes.
    pub(super) async fn settle(&self, until: Instant) {
        // Late is late: what is not answered by then is unknown.
        drop(timeout_at(until, self.window.acquire_many(self.width)).await);
    }

    async fn back_off(&self, until: Instant) -> Result<(), SendError> {
        let mut pause = timeout_at(until, self.pause.lock())
            .await
            .map_err(|_| transient("the SMSC was busy for too long", None))?;
        *pause = (*pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        if Instant::now() + *pause >= until {
            return Err(transient("the SMSC is throttling", Some(*pause)));
        }
        tracing::warn!(pause = ?*pause, "the SMSC takes no more for a while");
        sleep(*pause).await;
        Ok(())
    }

    fn register(&self) -> Option<(u32, oneshot::Receiver<Answer>)> {
        let sequence = 1 + self.sequence.fetch_add(1, Ordering::Relaxed) % SEQUENCES;
        let (sender, receiver) = oneshot::channel();
        self.waiting().as_mut()?.insert(sequence, sender);
        Some((sequence, receiver))
    }

    fn forget(&self, sequence: u32) {
        if let Some(waiting) = self.waiting().as_mut() {
            waiting.remove(&sequence);
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<HashMap<u32, oneshot::Sender<Answer>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn transient(detail: &str, pause: Option<Duration>) -> SendError {
    SendError::Transient { detail: detail.to_owned(), pause }
}

fn no_answer(why: NoAnswer) -> SendError {
    match why {
        NoAnswer::NotSent => transient("the link ended before the text left", None),
        NoAnswer::Lost => SendError::Unknown { detail: "the SMSC did not answer".to_owned() },
    }
}

/// What a status of `submit_sm_resp` means (5.1.3): the receiver, ourselves, or the moment is wrong.
fn refused(status: u32) -> SendError {
    let detail = format!("SMPP status 0x{status:08X}");
    match status {
        // Not bound, system error, submit failed, invalid scheduling, temporary and unknown errors.
        0x04 | status::SYSTEM_ERROR | 0x45 | 0x61 | status::TEMPORARY | 0xFF => {
            SendError::Transient { detail, pause: None }
        }
        // Source address, type or plan; system type; source address range.
        0x0A | 0x48 | 0x49 | 0x53 => SendError::Misconfigured { detail },
        _ => SendError::Rejected { detail },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(width: usize) -> (Arc<Session>, mpsc::Receiver<Saying>) {
        let (frames, said) = mpsc::channel(10);
        (Arc::new(Session::new(frames, width)), said)
    }

    /// Submits a text in a task of its own.
    fn submit(session: &Arc<Session>) -> tokio::task::JoinHandle<Result<String, SendError>> {
        submit_within(session, Duration::from_secs(20))
    }

    fn submit_within(
        session: &Arc<Session>,
        time: Duration,
    ) -> tokio::task::JoinHandle<Result<String, SendError>> {
        let session = Arc::clone(session);
        tokio::spawn(async move { session.submit(&Message::default(), Instant::now() + time).await })
    }

    /// Writes the next frame, as the link does; answers its sequence number.
    async fn write(said: &mut mpsc::Receiver<Saying>) -> u32 {
        let saying = said.recv().await.unwrap();
        assert!(saying.fate.unwrap().begins());
        saying.frame.sequence
    }

    #[tokio::test]
    async fn a_text_gets_the_id_of_its_own_answer() {
        let (session, mut said) = session(2);
        let (first, second) = (submit(&session), submit(&session));
        let sequences = [write(&mut said).await, write(&mut said).await];
        for sequence in sequences.iter().rev() {
            session.answered(*sequence, (0, Pdu::SubmitAnswer(format!("id {sequence}"))));
        }
        let mut ids = [first.await.unwrap().unwrap(), second.await.unwrap().unwrap()];
        ids.sort();
        assert_eq!(ids, ["id 2", "id 3"]);
    }

    #[tokio::test]
    async fn no_more_go_than_the_window_is_wide() {
        let (session, mut said) = session(1);
        let (first, second) = (submit(&session), submit(&session));
        let sequence = write(&mut said).await;
        assert!(said.try_recv().is_err());
        session.answered(sequence, (0, Pdu::SubmitAnswer("a".to_owned())));
        let sequence = write(&mut said).await;
        session.answered(sequence, (0, Pdu::SubmitAnswer("b".to_owned())));
        assert!(first.await.unwrap().is_ok() && second.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn when_the_link_ends_what_was_written_is_unknown_and_the_rest_goes_later() {
        let (session, mut said) = session(2);
        let (first, second) = (submit(&session), submit(&session));
        write(&mut said).await;
        let unwritten = said.recv().await.unwrap();
        session.end();
        let mut outcomes = [first.await.unwrap(), second.await.unwrap()];
        outcomes.sort_by_key(|outcome| matches!(outcome, Err(SendError::Unknown { .. })));
        assert!(matches!(outcomes[0], Err(SendError::Transient { .. })), "{outcomes:?}");
        assert!(matches!(outcomes[1], Err(SendError::Unknown { .. })), "{outcomes:?}");
        assert!(!unwritten.fate.unwrap().begins(), "it was called back");
        assert!(matches!(submit(&session).await.unwrap(), Err(SendError::Transient { .. })));
    }

    #[tokio::test]
    async fn a_throttled_text_goes_again_after_a_pause_that_holds_up_the_others() {
        let (session, mut said) = session(2);
        let first = submit(&session);
        let sequence = write(&mut said).await;
        session.answered(sequence, (status::THROTTLED, Pdu::SubmitAnswer(String::new())));
        let before = Instant::now();
        let again = write(&mut said).await;
        assert!(before.elapsed() >= FIRST_PAUSE);
        session.answered(again, (0, Pdu::SubmitAnswer("a".to_owned())));
        assert_eq!(first.await.unwrap(), Ok("a".to_owned()));
        // It waits no longer than it may.
        let full = submit_within(&session, FIRST_PAUSE.mul_f32(1.5));
        for _ in 0..2 {
            let sequence = write(&mut said).await;
            session.answered(sequence, (status::QUEUE_FULL, Pdu::SubmitAnswer(String::new())));
        }
        let outcome = full.await.unwrap();
        assert!(matches!(outcome, Err(SendError::Transient { pause: Some(_), .. })), "{outcome:?}");
    }

    #[test]
    fn a_status_says_whether_to_try_again() {
        assert!(matches!(refused(0x0B), SendError::Rejected { .. }));
        assert!(matches!(refused(0x0A), SendError::Misconfigured { .. }));
        assert!(matches!(refused(0x08), SendError::Transient { .. }));
        assert!(matches!(refused(0x0400), SendError::Rejected { .. }));
    }
}
