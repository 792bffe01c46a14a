//! Enrolling ODK Collect: an address with a token in it, and a code that the app scans.

use std::io::Write;

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};

use super::root;
use crate::domain::phone::Phone;
use crate::http::Site;
use crate::http::auth::Authenticated;
use crate::http::body::Json;
use crate::http::devices::device_name;
use crate::http::error::{Code, FieldError, Problem, ProblemBody};

/// For whom.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct EnrolRequest {
    /// What the person sees in the list of devices.
    #[serde(default)]
    name: String,
    /// The number of the person, where an officer enrols; a head enrols for himself and leaves it out.
    #[serde(default)]
    phone: Option<String>,
}

/// How ODK Collect is set up.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::http) struct EnrolResponse {
    /// The id of the device.
    device: String,
    /// The address of the server for the app. Who has it can report as the person: it is shown once.
    address: String,
    /// A picture (SVG) that ODK Collect scans to set itself up.
    qr: String,
}

/// Enrols ODK Collect or its like for a person.
#[utoipa::path(post, path = "/api/v1/devices/openrosa", tag = "devices", security(("bearer" = [])), request_body = EnrolRequest,
    responses((status = 201, body = EnrolResponse),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")))]
pub(in crate::http) async fn enrol_collector(
    site: web::Data<Site>,
    Authenticated(caller): Authenticated,
    request: HttpRequest,
    Json(body): Json<EnrolRequest>,
) -> Result<HttpResponse, Problem> {
    let refused = |error: FieldError| {
        Problem::new(Code::ValidationFailed).detail(error.detail.clone()).errors(vec![error])
    };
    let name = device_name(&body.name, "/name").map_err(refused)?;
    let phone = match &body.phone {
        Some(text) => Some(
            Phone::parse(text)
                .map_err(|error| refused(FieldError::new("/phone", "bad_phone", error.to_string())))?,
        ),
        None => None,
    };
    let enrolled = site.devices.enrol(&caller, phone.as_ref(), name, site.now()).await?;
    let address = format!("{}/openrosa/t/{}", root(&site, &request), enrolled.token);
    let qr = picture(&address).map_err(|error| Problem::internal(&error))?;
    let device = enrolled.device.to_string();
    Ok(HttpResponse::Created().json(EnrolResponse { device, address, qr }))
}

/// The code that ODK Collect scans: its settings as JSON, deflated, in base64.
fn picture(address: &str) -> Result<String, String> {
    let code = QrCode::new(settings(address)?).map_err(|error| error.to_string())?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(320, 320).build())
}

fn settings(address: &str) -> Result<String, String> {
    let settings = serde_json::json!({
        "general": {
            "protocol": "odk_default",
            "server_url": address,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": { "name": "Bình Yên" },
    });
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(settings.to_string().as_bytes()).map_err(|error| error.to_string())?;
    Ok(BASE64.encode(packed.finish().map_err(|error| error.to_string())?))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::ZlibDecoder;

    use super::*;

    #[test]
    fn the_code_unpacks_to_the_settings_with_the_address() {
        let packed = BASE64.decode(settings("https://h/openrosa/t/x").unwrap()).unwrap();
        let mut json = String::new();
        ZlibDecoder::new(&packed[..]).read_to_string(&mut json).unwrap();
        let settings: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(settings["general"]["server_url"], "https://h/openrosa/t/x");
        assert!(picture("https://h/openrosa/t/x").unwrap().contains("<svg"));
    }
}
