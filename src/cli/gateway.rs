//! `binhyen gateway`: what is done with gateways by hand.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use qrcode::QrCode;
use qrcode::render::{svg, unicode};

use super::terminal::say;
use super::trial;
use crate::app::Installation;
use crate::clock::time_of;
use crate::config::Settings;
use crate::db::gateway_phone;
use crate::sms::{Gateways, SmsgatePhone};

#[derive(Debug, Subcommand)]
pub(super) enum Gateway {
    /// Print the gateways of the settings, the preferred one first.
    List,
    /// Send one real text by a gateway and print what became of it. It may cost.
    Test {
        /// The id of the gateway in the settings.
        id: String,
        /// The number that gets the text, in any usual spelling.
        phone: String,
    },
    /// Show what is written into the SMSGate app of a phone (kind smsgate_phone), as text and as QR codes.
    Enroll {
        /// The id of the gateway.
        id: String,
        /// Also write the codes into this folder, as pictures (SVG).
        #[arg(long, value_name = "FOLDER")]
        svg: Option<PathBuf>,
    },
    /// List the phones that registered at a gateway (kind smsgate_phone), and when each was heard of last.
    Phones {
        /// The id of the gateway.
        id: String,
    },
    /// Take a phone's token away: it is lost, stolen or replaced.
    Dismiss {
        /// The id of the gateway.
        id: String,
        /// The phone, as `binhyen gateway phones` shows it.
        phone: String,
    },
}

pub(super) fn run(what: &Gateway, settings: &Settings) -> anyhow::Result<ExitCode> {
    match what {
        Gateway::List => trial::list(settings),
        Gateway::Test { id, phone } => trial::test(settings, id, phone),
        Gateway::Enroll { id, svg } => enroll(settings, id, svg.as_deref()),
        Gateway::Phones { id } => super::block_on(phones(settings, id))?,
        Gateway::Dismiss { id, phone } => super::block_on(dismiss(settings, id, phone))?,
    }?;
    Ok(super::DONE)
}

fn enroll(settings: &Settings, id: &str, folder: Option<&Path>) -> anyhow::Result<()> {
    let gateways = gateways(settings)?;
    let phone = phone(&gateways, id)?;
    say("In the SMSGate app: Settings, Cloud Server; then on the main page: Cloud Server on, Online.")?;
    let (address, token) = (phone.api_address(), phone.private_token().reveal());
    for (name, caption, words) in
        [("address", "API URL", address.as_str()), ("token", "Private token", token)]
    {
        let code = QrCode::new(words).with_context(|| format!("the {name} is too long for a QR code"))?;
        say(&format!("\n{caption}: {words}\n{}", drawn(&code)))?;
        if let Some(folder) = folder {
            let path = folder.join(format!("{id}-{name}.svg"));
            let picture = code.render::<svg::Color<'_>>().min_dimensions(320, 320).build();
            std::fs::write(&path, picture)
                .with_context(|| format!("{} cannot be written", path.display()))?;
            say(&format!("written to {}", path.display()))?;
        }
    }
    say("The phone's camera shows the text of a code, to be copied. Who has the token can be this gateway: keep it secret.")
        .map_err(Into::into)
}

/// The code for a terminal, light on dark as most are.
fn drawn(code: &QrCode) -> String {
    let (dark, light) = (unicode::Dense1x2::Light, unicode::Dense1x2::Dark);
    code.render::<unicode::Dense1x2>().dark_color(dark).light_color(light).build()
}

async fn phones(settings: &Settings, id: &str) -> anyhow::Result<()> {
    let gateways = gateways(settings)?;
    phone(&gateways, id)?;
    let installation = Installation::open(settings).await?;
    let gateway = id.to_owned();
    let phones = installation.db.read(move |conn| gateway_phone::all(conn, &gateway)).await;
    installation.close().await?;
    let phones = phones?;
    if phones.is_empty() {
        say(&format!("no phone has registered yet; binhyen gateway enroll {id} says how"))?;
    }
    for phone in phones {
        let state = phone.dismissed_at.map_or("", |_| ", dismissed");
        let (seen, since) = (time_of(phone.seen_at), time_of(phone.created_at));
        say(&format!(
            "{}  {}  heard of {seen:.0?}, registered {since:.0?}{state}",
            phone.device_id, phone.name
        ))?;
    }
    Ok(())
}

async fn dismiss(settings: &Settings, id: &str, device: &str) -> anyhow::Result<()> {
    let installation = Installation::open(settings).await?;
    let (gateway, device_id, now) = (id.to_owned(), device.to_owned(), installation.clock.real_micros());
    let dismissed =
        installation.db.write(move |conn| gateway_phone::dismiss(conn, &gateway, &device_id, now)).await;
    installation.close().await?;
    if !dismissed? {
        bail!("gateway {id} has no phone {device}; binhyen gateway phones {id} lists them");
    }
    say(&format!("{device} is dismissed: it cannot fetch or hand over texts any more")).map_err(Into::into)
}

fn gateways(settings: &Settings) -> anyhow::Result<Gateways> {
    Gateways::new(&settings.gateways, std::time::Duration::from_secs(20))
        .context("the client for gateways cannot be made")
}

fn phone<'a>(gateways: &'a Gateways, id: &str) -> anyhow::Result<&'a SmsgatePhone> {
    let gateway = gateways.get(id).with_context(|| format!("there is no gateway {id} in the settings"))?;
    gateway.phone().with_context(|| format!("gateway {id} is not of kind smsgate_phone"))
}
