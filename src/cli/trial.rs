//! `binhyen gateway list` and `binhyen gateway test`: whether texts go out, without a database and beside the server.

use std::time::Duration;

use anyhow::{Context, bail};

use super::terminal::say;
use crate::config::Settings;
use crate::domain::phone::Phone;
use crate::domain::template::{Templates, key};
use crate::sms::{Gateway, Gateways, Outgoing, SendError};

/// Prints the gateways, the preferred one first.
pub(super) fn list(settings: &Settings) -> anyhow::Result<()> {
    let gateways = gateways(settings)?;
    for gateway in &settings.gateways {
        let kind = serde_json::to_value(&gateway.kind)?;
        let kind = kind.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let sends = gateways.get(&gateway.id).is_some_and(|gateway| gateway.sends());
        let sends = if sends { "sends texts" } else { "sends nothing" };
        say(&format!("{}\t{kind}\t{sends}", gateway.id))?;
    }
    Ok(())
}

fn gateways(settings: &Settings) -> anyhow::Result<Gateways> {
    let seconds = u64::try_from(settings.outbound.request_seconds).unwrap_or(1);
    Gateways::new(&settings.gateways, Duration::from_secs(seconds))
        .context("the client for gateways cannot be made")
}

/// Sends a text by the gateway `id` to `phone`.
pub(super) fn test(settings: &Settings, id: &str, phone: &str) -> anyhow::Result<()> {
    let gateways = gateways(settings)?;
    let phone =
        Phone::parse(phone).map_err(|_| anyhow::anyhow!("{phone} is no mobile number; write 0912345678"))?;
    let Some(gateway) = gateways.get(id) else {
        let ids: Vec<&str> = settings.gateways.iter().map(|gateway| gateway.id.as_str()).collect();
        bail!("there is no gateway {id} in the settings; there are: {}", ids.join(", "));
    };
    if !gateway.sends() {
        bail!("the gateway {id} sends nothing; see docs/gateways for what its kind needs");
    }
    let words = Templates::shipped()?.render(key::GATEWAY_TEST, &[], false);
    let text =
        Outgoing { id: settings.clock.clock().real_micros(), to: phone.e164().to_owned(), text: words };
    let sent = super::block_on(send(gateway, &text))??;
    let said = match sent {
        Ok(Some(theirs)) => format!("{id} took the text and calls it {theirs}; look whether it arrives"),
        Ok(None) => format!("{id} took the text; look whether it arrives"),
        Err(error) => return Err(anyhow::anyhow!("{id} did not take the text: {error}{}", advice(&error))),
    };
    say(&said).map_err(Into::into)
}

/// Sends the text, over a link of its own where the gateway needs one.
async fn send(gateway: &Gateway, text: &Outgoing) -> anyhow::Result<Result<Option<String>, SendError>> {
    let Some(smpp) = gateway.link() else { return Ok(gateway.send(text).await) };
    let mut link = smpp.connect().await.context("no link; a server that runs may hold the only one")?;
    // What the SMSC brings meanwhile is not answered: it brings it again to the server.
    let ended = async { while smpp.next(&mut link).await.is_some() {} };
    let sent = tokio::select! {
        sent = gateway.send(text) => sent,
        () = ended => bail!("the SMSC ended the link"),
    };
    link.close().await;
    Ok(sent)
}

fn advice(error: &SendError) -> &'static str {
    match error {
        SendError::Transient { .. } => "; try again later",
        SendError::Rejected { .. } => "; try another number",
        SendError::Misconfigured { .. } => "; compare the settings with docs/gateways",
        SendError::OutOfCredit { .. } => "; pay the provider",
        SendError::Unknown { .. } => "; it may arrive all the same",
    }
}
