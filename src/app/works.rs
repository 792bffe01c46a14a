//! What a server does besides answering: the writers behind the queue, and the jobs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::Installation;
use super::reminders::reminders;
use crate::config::{Outbound, Retention, Settings};
use crate::db::{Db, catalogue};
use crate::documents::file_store::FileStore;
use crate::domain::outbound::route::Pauses;
use crate::domain::template::Templates;
use crate::flows::collect::{drop_settled, drop_unfinished};
use crate::flows::deliver::watch::Watch;
use crate::flows::deliver::{Cause, Causes, HandOver, Planner, Policy, Sender, SendingRules, ServerTime};
use crate::flows::intake::{Context, Intake, Route, Rules, Spool};
use crate::flows::phone::Phones;
use crate::flows::purge::purge;
use crate::flows::receive::Receiver;
use crate::flows::remind::{self, Reminders};
use crate::flows::sync::Syncing;
use crate::flows::synonyms;
use crate::jobs::{
    Jobs, Stop, finish_parts, follow_words, keep_link, keep_node, plan_reminders, replay_spool, run_at,
    send_texts, stopper, tell_changes, watch_routes,
};
use crate::sms::Gateways;

/// How long the writers may take for what was handed over to them, after the jobs.
const LAST_TEXTS: Duration = Duration::from_secs(2);
/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

/// The running works of a server.
#[derive(Debug)]
pub(super) struct Works {
    pub(super) intake: Intake,
    pub(super) syncing: Syncing,
    pub(super) gateways: Gateways,
    pub(super) phones: Phones,
    pub(super) reminders: Arc<Reminders>,
    /// What time it is for the database.
    pub(super) time: ServerTime,
    /// Told when the server must stop by itself.
    pub(super) must_stop: Arc<Notify>,
    jobs: Jobs,
    writers: Vec<JoinHandle<()>>,
}

impl Works {
    /// Starts the writers and the jobs.
    pub(super) async fn start(settings: &Settings, installation: &Installation) -> anyhow::Result<Works> {
        let gateways = gateways(&settings.gateways, &settings.outbound)?;
        let planned = Arc::new(Notify::new());
        let (rules, words) = rules(settings, &installation.db).await?;
        let context = Context {
            rules: Arc::new(rules),
            keys: Arc::clone(&installation.keys),
            ids: Arc::clone(&installation.ids),
            clock: installation.clock,
            routes: routes(&gateways, settings),
            planned: Arc::clone(&planned),
        };
        let spool = Spool::open_in(&settings.intake.spool_dir, settings.intake.spool_max_bytes)
            .context("set intake.spool_dir to a folder that the server may write to")?;
        let queue_size = settings.intake.queue_size;
        let (intake, writers) = Intake::start(&installation.db, Arc::new(context), spool, queue_size);
        let must_stop = Arc::new(Notify::new());
        let (stopper, stop) = stopper();
        let mut jobs = Jobs::new(stopper);
        let time = ServerTime::default();
        time.refresh(&installation.db, installation.clock).await?;
        let templates = Arc::new(intake.context().rules.templates.clone());
        let reminders = reminders(settings, installation, &gateways, Arc::clone(&intake.context().rules))?;
        let sending = Sending { gateways: &gateways, settings, installation, time: &time };
        let rules = Arc::new(sending_rules(&settings.outbound, &reminders));
        sending.start(&mut jobs, &rules, templates, (&planned, &stop));
        let phones = sending.phones(&rules, &planned);
        if settings.outbound.reminders {
            jobs.start(plan_reminders(Arc::clone(&reminders), Arc::clone(&planned), stop.clone()));
        }
        jobs.start(replay_spool(intake.clone(), stop.clone()));
        let Installation { db, keys, ids, clock, .. } = installation.clone();
        let syncing = Syncing::new(db, keys, ids, clock, intake.clone());
        jobs.start(tell_changes(syncing.clone(), stop.clone()));
        let words = follow_words(installation.db.clone(), intake.shared_context(), Some(words), stop.clone());
        jobs.start(words);
        let wait = Duration::from_secs(settings.intake.parts_wait_seconds);
        jobs.start(finish_parts(intake.clone(), wait, stop.clone()));
        let receiver = Receiver {
            db: installation.db.clone(),
            intake: intake.clone(),
            clock: installation.clock,
            time: time.clone(),
        };
        for gateway in gateways.iter().filter(|gateway| gateway.link().is_some()) {
            jobs.start(keep_link(Arc::clone(gateway), receiver.clone(), stop.clone()));
        }
        let (lost, Installation { db, ids, clock, holder, .. }) =
            (Arc::clone(&must_stop), installation.clone());
        jobs.start(keep_node(db.clone(), ids, clock, holder, move || lost.notify_one(), stop.clone()));
        let Retention { text_days, unfinished_photo_days, .. } = settings.retention;
        let files = FileStore::open(&settings.evidence.dir)?;
        let forget = move || {
            let (db, files) = (db.clone(), files.clone());
            async move {
                purge(&db, clock, text_days).await;
                drop_unfinished(&db, &files, clock, unfinished_photo_days).await;
                drop_settled(&db, &files, clock, text_days).await;
            }
        };
        jobs.start(run_at("purge", settings.retention.schedule.clone(), clock, stop, forget));
        Ok(Works { intake, syncing, gateways, phones, reminders, time, must_stop, jobs, writers })
    }

    /// Stops the jobs, then the writers, when nothing can reach them any more: every clone of the handle must be gone.
    /// What has not ended at `end` is given up.
    pub(super) async fn stop(self, end: Instant) {
        let Works { intake, syncing, jobs, writers, .. } = self;
        jobs.stop(end.saturating_duration_since(Instant::now()).saturating_sub(LAST_TEXTS)).await;
        drop((intake, syncing));
        for writer in writers {
            // Whatever was handed over is written before the writer ends.
            if tokio::time::timeout_at(end, writer).await.is_err() {
                tracing::warn!("a writer had not ended in time");
            }
        }
    }
}

pub(super) fn gateways(settings: &[crate::config::Gateway], outbound: &Outbound) -> anyhow::Result<Gateways> {
    let seconds = u64::try_from(outbound.request_seconds).unwrap_or(1);
    Gateways::new(settings, Duration::from_secs(seconds)).context("the client for gateways cannot be made")
}

/// What intake decides by, and what tells whether its words have changed since.
pub(super) async fn rules(settings: &Settings, db: &Db) -> anyhow::Result<(Rules, (i64, i64))> {
    let catalogue = db.read(catalogue::load).await?;
    let (reader, words) = synonyms::reader(db, &catalogue).await?;
    let calendar = settings.period.calendar().clone();
    let rules = Rules { reader: reader.into(), templates: Templates::shipped()?, calendar, catalogue };
    Ok((rules, words))
}

fn routes(gateways: &Gateways, settings: &Settings) -> HashMap<String, Route> {
    let default =
        |id: &str| settings.gateways.iter().find(|g| g.id == id).and_then(|g| g.default_commune.clone());
    let route = |gateway: &Arc<crate::sms::Gateway>| {
        let default_commune = default(&gateway.id);
        (
            gateway.id.clone(),
            Route {
                cost_per_part: gateway.cost_per_part,
                default_commune,
                replies_in_answer: gateway.replies_in_answer(),
            },
        )
    };
    gateways.iter().map(route).collect()
}

/// What the jobs stand on that send texts.
struct Sending<'a> {
    gateways: &'a Gateways,
    settings: &'a Settings,
    installation: &'a Installation,
    time: &'a ServerTime,
}

impl Sending<'_> {
    /// Starts a sender per gateway and the watch over the routes.
    fn start(
        &self,
        jobs: &mut Jobs,
        rules: &Arc<SendingRules>,
        templates: Arc<Templates>,
        (planned, stop): (&Arc<Notify>, &Stop),
    ) {
        let Installation { db, keys, ids, clock, .. } = self.installation.clone();
        let hand_over = HandOver { db: db.clone(), keys: Arc::clone(&keys), gateways: self.gateways.clone() };
        // Phones fetch their texts themselves.
        for gateway in self.gateways.iter().filter(|gateway| gateway.phone().is_none()) {
            let sender = self.sender(gateway, rules);
            jobs.start(send_texts(sender, hand_over.clone(), Arc::clone(planned), stop.clone()));
        }
        let planner = Planner { keys, ids, clock, gateways: self.gateways.clone() };
        let (gateways, time) = (self.gateways.clone(), self.time.clone());
        jobs.start(watch_routes(Watch { db, clock, time, gateways, planner, templates }, stop.clone()));
    }

    fn phones(&self, rules: &Arc<SendingRules>, planned: &Arc<Notify>) -> Phones {
        let Installation { db, keys, ids, clock, .. } = self.installation.clone();
        let phones = self.gateways.iter().filter(|gateway| gateway.phone().is_some());
        let senders = phones.map(|gateway| (gateway.id.clone(), self.sender(gateway, rules))).collect();
        Phones::new((db, keys, ids, clock), self.gateways.clone(), senders, Arc::clone(planned))
    }

    fn sender(&self, gateway: &Arc<crate::sms::Gateway>, rules: &Arc<SendingRules>) -> Sender {
        Sender {
            db: self.installation.db.clone(),
            keys: Arc::clone(&self.installation.keys),
            ids: Arc::clone(&self.installation.ids),
            clock: self.installation.clock,
            time: self.time.clone(),
            gateway: Arc::clone(gateway),
            policy: policy(&self.settings.outbound),
            rules: Arc::clone(rules),
            holder: self.installation.holder,
        }
    }
}

fn sending_rules(outbound: &Outbound, reminders: &Arc<Reminders>) -> SendingRules {
    let cause: Arc<dyn Cause> = Arc::<Reminders>::clone(reminders);
    SendingRules {
        calendar: reminders.civil.clone(),
        causes: Causes::from([(remind::KIND, cause)]),
        monthly_budget: outbound.monthly_budget,
    }
}

fn policy(outbound: &Outbound) -> Policy {
    Policy {
        workers: outbound.workers,
        lease: outbound.lease_seconds * SECOND,
        max_tries: outbound.max_tries,
        pauses: Pauses {
            first: outbound.first_pause_seconds * SECOND,
            longest: outbound.longest_pause_seconds * SECOND,
        },
    }
}
