//! Seeing devices and ending them.

use super::{DeviceError, Devices, Now, audit};
use crate::crypto::Place;
use crate::db::device::{self, Device, HeldPost, Holders};
use crate::db::{Conn, DbError};
use crate::domain::access::Action;
use crate::domain::ids::PersonId;
use crate::flows::authenticate::Caller;
use crate::flows::permit::permit_somewhere;

/// A device with its holder.
#[derive(Debug, Clone)]
pub struct ShownDevice {
    /// The device.
    pub device: Device,
    /// The holder's name.
    pub name: String,
    /// The holder's posts of today.
    pub posts: Vec<HeldPost>,
}

impl Devices {
    /// Up to `limit` devices and one more after the id `after`: a person's own ones, for others those of the people of
    /// their area. That names were read stands in the audit.
    pub async fn list(
        &self,
        caller: &Caller,
        after: i64,
        limit: usize,
        now: Now,
    ) -> Result<Vec<ShownDevice>, DeviceError> {
        let whose = holders(caller)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
        let (found, posts) = self
            .db
            .read_snapshot(move |conn| {
                let found = device::list(conn, whose, after, limit)?;
                let people: Vec<PersonId> = found.iter().map(|(device, _)| device.person_id).collect();
                Ok((found, device::posts(conn, &people, now.today)?))
            })
            .await?;
        let show = |(device, sealed): (Device, Vec<u8>)| {
            let place = Place { table: "person", row: device.person_id };
            let name = self.keys.open_text(place, &sealed)?;
            let held = posts.iter().filter(|post| post.person_id == device.person_id).cloned().collect();
            Ok(ShownDevice { device, name, posts: held })
        };
        let shown = found.into_iter().map(show).collect::<Result<Vec<_>, DeviceError>>()?;
        if caller.person_id().is_none() && !shown.is_empty() {
            self.note_reading(caller, now).await?;
        }
        Ok(shown)
    }

    async fn note_reading(&self, caller: &Caller, now: Now) -> Result<(), DbError> {
        let actor = caller.actor();
        self.db.write(move |conn| audit(conn, now.real, (&actor, "read_devices"), 0)).await
    }

    /// Ends a device for good, at once. Ending one that has ended changes nothing.
    pub async fn end(&self, caller: &Caller, id: i64, now: Now) -> Result<(), DeviceError> {
        let whose = holders(caller)?;
        let (actor, own) = (caller.actor(), caller.person_id().is_some());
        let why = if own { "logged_out" } else { "revoked" };
        let write = move |conn: &mut Conn| {
            if !device::is_of(conn, id, whose)? {
                return Ok(false);
            }
            if device::end(conn, id, now.real, why)? {
                audit(conn, now.real, (&actor, "end_device"), id)?;
            }
            Ok(true)
        };
        if self.db.write(write).await? { Ok(()) } else { Err(DeviceError::NotFound) }
    }
}

/// Whose devices a caller has a say over.
fn holders(caller: &Caller) -> Result<Holders, DeviceError> {
    permit_somewhere(caller, Action::ManageDevices)?;
    // A role that reports has a say over the own ones; an account of such a role has none.
    if caller.role.reports() {
        return Ok(Holders::Person(caller.id()));
    }
    Ok(caller.unit_id.map_or(Holders::Everyone, Holders::Area))
}
