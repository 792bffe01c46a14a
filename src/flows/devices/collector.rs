//! ODK Collect and its like: clients that keep one token, which stands in the address that they call.

use super::{DeviceError, Devices, MOST_DEVICES, Now, audit, token};
use crate::crypto::equal_secrets;
use crate::db::device::{self, HeldPost, NewDevice};
use crate::db::{Conn, DbResult, person, unit};
use crate::domain::access::Action;
use crate::domain::ids::PersonId;
use crate::domain::phone::Phone;
use crate::flows::authenticate::Caller;
use crate::flows::permit::{permit, permit_somewhere};

/// The kind of a device that keeps one token.
pub const OPENROSA: &str = "openrosa";
/// A device that was heard of so lately is not marked again, microseconds.
const SEEN_EVERY: i64 = 60 * 60 * 1_000_000;

/// A device that was enrolled.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// Its id.
    pub device: i64,
    /// The token, shown once.
    pub token: String,
}

impl Devices {
    /// Enrols a client that keeps one token: for the caller, or, by an officer, for the person at a number.
    pub async fn enrol(
        &self,
        caller: &Caller,
        phone: Option<&Phone>,
        name: String,
        now: Now,
    ) -> Result<Enrolled, DeviceError> {
        permit_somewhere(caller, Action::ManageDevices)?;
        let device = self.new_id(now.real);
        let token = token::make_short(device)?;
        let new = NewDevice {
            id: device,
            person_id: 0,
            kind: OPENROSA,
            client_id: device.to_string(),
            name,
            token_hash: token::digest(&token),
            created_at: now.real,
            expires_at: now.real + self.lifetimes.device,
        };
        let number = phone.map(|phone| self.keys.index("phone", phone.e164()));
        let caller = *caller;
        let write = move |conn: &mut Conn| {
            let people = match (caller.person_id(), number) {
                (Some(own), None) => vec![own],
                (None, Some(number)) => {
                    let found = person::registered(conn, &[number])?.remove(&number).unwrap_or_default();
                    found.iter().map(|person| person.person_id).collect()
                }
                _ => Vec::new(),
            };
            let posts = device::posts(conn, &people, now.today)?;
            let Some(person_id) = holder(conn, &caller, &posts)? else { return Ok(false) };
            let new = NewDevice { person_id, ..new.clone() };
            device::make_room(conn, (person_id, new.kind, &new.client_id), now.real, MOST_DEVICES - 1)?;
            device::insert(conn, &new)?;
            audit(conn, now.real, (&caller.actor(), "enrol_device"), new.id)?;
            Ok(true)
        };
        if self.db.write(write).await? { Ok(Enrolled { device, token }) } else { Err(DeviceError::NotFound) }
    }

    /// Who calls with this token in the address.
    pub async fn collector(&self, text: &str, now: Now) -> Result<Caller, DeviceError> {
        let id = token::read_short(text).ok_or(DeviceError::RefreshRefused)?;
        let device = self.db.read(move |conn| device::by_id(conn, id)).await?;
        let known =
            device.filter(|d| d.kind == OPENROSA && equal_secrets(&d.token_hash, &token::digest(text)));
        let device = known.ok_or(DeviceError::RefreshRefused)?;
        if device.ended_at.is_none() && device.expires_at <= now.real {
            return Err(DeviceError::Ended);
        }
        let caller = self.caller(id, now).await?;
        if device.seen_at + SEEN_EVERY < now.real {
            let expires_at = now.real + self.lifetimes.device;
            self.db.write(move |conn| device::see(conn, id, now.real, expires_at)).await?;
        }
        Ok(caller)
    }
}

/// The first of these posts' holders over whom the caller has a say.
fn holder(conn: &mut Conn, caller: &Caller, posts: &[HeldPost]) -> DbResult<Option<PersonId>> {
    let ids: Vec<i64> = posts.iter().map(|post| post.unit_id).collect();
    let units = unit::by_ids(conn, &ids)?;
    let may = |post: &&HeldPost| {
        let unit = units.iter().find(|unit| unit.id == post.unit_id);
        unit.is_some_and(|unit| permit(caller, Action::ManageDevices, unit).is_ok())
    };
    Ok(posts.iter().find(may).map(|post| post.person_id))
}
