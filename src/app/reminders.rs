//! What reminders stand on, for a server and for a rehearsal, which writes nothing.

use std::sync::{Arc, Mutex};

use anyhow::{Context, bail};

use super::{Installation, works};
use crate::config::{DaysNotice, Outbound, Settings};
use crate::crypto::Keys;
use crate::db::{Db, Target, installation, schema_is_current};
use crate::domain::calendar::{CivilCalendar, Holidays, Notice};
use crate::domain::ids::IdMaker;
use crate::flows::deliver::Planner;
use crate::flows::intake::Rules;
use crate::flows::remind::Reminders;
use crate::sms::Gateways;

/// The reminders of an installation.
pub(super) fn reminders(
    settings: &Settings,
    installation: &Installation,
    gateways: &Gateways,
    rules: Arc<Rules>,
) -> anyhow::Result<Arc<Reminders>> {
    let Installation { db, keys, ids, clock, .. } = installation.clone();
    let planner = Planner { keys: Arc::clone(&keys), ids, clock, gateways: gateways.clone() };
    let first = gateways.iter().find(|gateway| gateway.sends());
    let cost_per_part = first.map_or(0, |gateway| gateway.cost_per_part);
    let civil = civil(&settings.outbound)?;
    Ok(Arc::new(Reminders { db, keys, clock, rules, civil, planner, cost_per_part }))
}

fn civil(outbound: &Outbound) -> anyhow::Result<CivilCalendar> {
    let notice = |notice: &DaysNotice| Notice { from: notice.from, to: notice.to, off: notice.off };
    let notices = outbound.notices.iter().map(notice).collect();
    Ok(CivilCalendar::new(Holidays::shipped()?, notices, outbound.civil_from_hour, outbound.civil_to_hour))
}

/// The reminders of the installation of `settings` for looking ahead only: nothing is migrated, leased or written.
pub async fn rehearsal(settings: &Settings) -> anyhow::Result<Arc<Reminders>> {
    let url = &settings.database.url;
    let db = Db::open_unmigrated(Target::from(url));
    if !db
        .read(schema_is_current)
        .await
        .with_context(|| format!("{url} cannot be used; check database.url"))?
    {
        bail!("the schema of {url} is not the program's; run `binhyen migrate` first, on a copy if you like");
    }
    let file = &settings.keys.file;
    if !file.exists() {
        bail!("the data key {} is missing; set keys.file to the installation's key", file.display());
    }
    let keys = Arc::new(Keys::load_or_make(file)?);
    let fingerprint = *keys.fingerprint();
    if !db.read(move |conn| installation::is_key(conn, &fingerprint)).await? {
        bail!("the data key {} is not the one that the database is encrypted with", file.display());
    }
    let (clock, ids) = (settings.clock.clock(), Arc::new(Mutex::new(IdMaker::new(0, 0))));
    let (rules, _) = works::rules(settings, &db).await?;
    let gateways = works::gateways(&settings.gateways, &settings.outbound)?;
    reminders(settings, &Installation { db, keys, ids, clock, holder: 0 }, &gateways, Arc::new(rules))
}
