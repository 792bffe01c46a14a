//! The app's files and the page at `/`, built into the program from `web/dist` (docs/decisions/0016).

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};

use super::error::{Code, Problem};

/// A file of the app as `web/build.mjs` wrote it.
#[derive(Debug)]
struct File {
    name: &'static str,
    /// Its media type.
    kind: &'static str,
    /// Changes with its content.
    tag: &'static str,
    /// Whether the name changes with the content, so that caches may keep it for good.
    fixed: bool,
    bytes: &'static [u8],
    /// The same compressed, where that helps.
    brotli: Option<&'static [u8]>,
}

/// All of them; the list says `include_bytes!` of each.
static FILES: &[File] = include!("../../web/dist/files.in");

/// Everything from this server, no scripts or styles in the page itself, shown in no frame.
const APP_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
                          connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
                          form-action 'none'; frame-ancestors 'none'";

/// The page that leads on: to the app and to the description of the API.
#[utoipa::path(get, path = "/", tag = "app", responses((status = 200, content_type = "text/html"), (status = 304)))]
pub(super) async fn show_start(request: HttpRequest) -> Result<HttpResponse, Problem> {
    serve("start.html", request.headers())
}

/// Leads to the app, which lies in a folder: its files and its worker have relative addresses.
#[utoipa::path(get, path = "/app", tag = "app", responses((status = 308)))]
pub(super) async fn redirect_to_app() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/app/")).finish()
}

/// The app for heads, and its files.
#[utoipa::path(get, path = "/app/{file}", tag = "app",
    params(("file" = String, Path, description = "A file of the app; empty for the page itself")), responses(
    (status = 200, content_type = "text/html"), (status = 304), (status = 404)))]
pub(super) async fn show_app_file(
    request: HttpRequest,
    file: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    serve(if file.is_empty() { "index.html" } else { file.as_str() }, request.headers())
}

fn serve(name: &str, asked: &HeaderMap) -> Result<HttpResponse, Problem> {
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(|| Problem::new(Code::NotFound))?;
    let known = words(asked, &header::IF_NONE_MATCH)
        .any(|tag| tag.trim_start_matches("W/") == file.tag.trim_start_matches("W/"));
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, file.tag))
        .insert_header((header::CACHE_CONTROL, caching(file)))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CONTENT_SECURITY_POLICY, APP_POLICY));
    if known {
        return Ok(response.finish());
    }
    response.content_type(file.kind);
    Ok(match file.brotli.filter(|_| takes_brotli(asked)) {
        Some(compressed) => response.insert_header((header::CONTENT_ENCODING, "br")).body(compressed),
        None => response.body(file.bytes),
    })
}

/// What has a name of its own for every content is kept for good; the page and its worker are asked for each time.
fn caching(file: &File) -> &'static str {
    if file.fixed { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn takes_brotli(asked: &HeaderMap) -> bool {
    words(asked, &header::ACCEPT_ENCODING).any(|word| {
        let mut parts = word.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|quality| matches!(quality, "q=0" | "q=0.0"))
    })
}

/// The words between the commas of a header.
fn words<'a>(asked: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    let texts = asked.get_all(name).filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',').map(str::trim)).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;

    use super::*;

    fn ask(name: &str, headers: &[(&'static str, &str)]) -> HttpResponse {
        let request =
            headers.iter().fold(TestRequest::get(), |request, header| request.insert_header(*header));
        serve(name, request.to_http_request().headers()).unwrap()
    }

    fn header(response: &HttpResponse, name: header::HeaderName) -> &str {
        response.headers().get(name).unwrap().to_str().unwrap()
    }

    #[test]
    fn names_that_change_with_the_content_are_kept_and_others_asked_for() {
        for file in FILES {
            let response = ask(file.name, &[]);
            let fixed = file.name.contains('-') && file.name != "service-worker.js";
            assert_eq!(
                header(&response, header::CACHE_CONTROL).contains("immutable"),
                fixed,
                "{}",
                file.name
            );
            assert!(header(&response, header::CONTENT_SECURITY_POLICY).contains("script-src 'self';"));
        }
        assert!(FILES.iter().filter(|file| !file.fixed).count() >= 3);
    }

    #[actix_web::test]
    async fn who_takes_brotli_gets_it_and_others_do_not() {
        let page = FILES.iter().find(|file| file.name == "index.html").unwrap();
        let squeezed = ask("index.html", &[("accept-encoding", "gzip, br;q=0.9")]);
        assert_eq!(header(&squeezed, header::CONTENT_ENCODING), "br");
        assert_eq!(to_bytes(squeezed.into_body()).await.unwrap(), page.brotli.unwrap());
        for refused in ["gzip", "br;q=0, gzip", ""] {
            let plain = ask("index.html", &[("accept-encoding", refused)]);
            assert!(plain.headers().get(header::CONTENT_ENCODING).is_none());
            assert_eq!(to_bytes(plain.into_body()).await.unwrap(), page.bytes);
        }
    }

    #[actix_web::test]
    async fn who_has_the_same_already_gets_none() {
        let first = ask("index.html", &[]);
        let tag = header(&first, header::ETAG).to_owned();
        let again = ask("index.html", &[("if-none-match", &format!("\"other\", {tag}"))]);
        assert_eq!(again.status(), 304);
        assert!(to_bytes(again.into_body()).await.unwrap().is_empty());
        assert_eq!(ask("index.html", &[("if-none-match", "\"other\"")]).status(), 200);
    }

    #[test]
    fn nothing_else_is_served() {
        for name in ["../Cargo.toml", "files.in", "index.html.br", "nothing.js"] {
            assert!(serve(name, &HeaderMap::new()).is_err());
        }
    }
}
