//! `docker-compose.yml` and the `Dockerfile`, checked by their structure: no container engine runs where the tests run.
//! Where the compose plugin is installed, it reads the file, too.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use binhyen::config::{Environment, Settings};
use serde::Deserialize;

/// The parts of the compose specification that our file uses; anything else is a slip of the pen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compose {
    name: String,
    services: BTreeMap<String, Service>,
    volumes: BTreeMap<String, BTreeMap<String, String>>,
    secrets: BTreeMap<String, FromFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    image: String,
    build: Option<String>,
    #[serde(default)]
    command: Vec<String>,
    #[serde(default)]
    depends_on: BTreeMap<String, Condition>,
    environment: BTreeMap<String, String>,
    secrets: Vec<String>,
    volumes: Vec<String>,
    #[serde(default)]
    ports: Vec<String>,
    healthcheck: HealthCheck,
    restart: String,
    stop_grace_period: String,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    tmpfs: Vec<String>,
    #[serde(default)]
    cap_drop: Vec<String>,
    security_opt: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    condition: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HealthCheck {
    test: Vec<String>,
    interval: String,
    timeout: String,
    start_period: String,
    retries: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FromFile {
    file: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

fn compose() -> Compose {
    serde_saphyr::from_str(&read("docker-compose.yml")).unwrap()
}

#[test]
fn everything_that_a_service_names_is_declared() {
    let compose = compose();
    assert_eq!(compose.name, "binhyen");
    for (name, service) in &compose.services {
        for secret in &service.secrets {
            assert!(compose.secrets.contains_key(secret), "{name}: {secret}");
        }
        for volume in &service.volumes {
            let (source, target) = volume.split_once(':').unwrap();
            if let Some(file) = source.strip_prefix("./") {
                assert!(root().join(file).is_file(), "{name}: {file}");
                let target = target.strip_suffix(":ro").unwrap().to_owned();
                assert!(service.command.contains(&target), "{name}: {target} is not used");
            } else {
                assert!(compose.volumes.contains_key(source), "{name}: {source}");
            }
        }
        for (other, on) in &service.depends_on {
            assert!(compose.services.contains_key(other), "{name}: {other}");
            assert_eq!(on.condition, "service_healthy");
        }
    }
}

#[test]
fn secrets_come_from_files_and_never_from_the_environment() {
    let compose = compose();
    for (name, service) in &compose.services {
        for (variable, value) in &service.environment {
            let secret =
                variable.contains("PASSWORD") || variable.contains("URL") || variable.contains("TOKEN");
            assert_eq!(secret, variable.ends_with("_FILE"), "{name}: {variable}");
            if let Some(secret) = value.strip_prefix("/run/secrets/") {
                assert!(service.secrets.iter().any(|name| name == secret), "{name}: {value}");
            }
        }
    }
    let script = read("scripts/make-secrets");
    for secret in compose.secrets.values() {
        assert!(script.contains(&secret.file), "scripts/make-secrets does not make {}", secret.file);
    }
    assert!(read(".gitignore").lines().any(|line| line == "/secrets"));
    assert!(read(".dockerignore").lines().next() == Some("*"), "only what is named enters the image");
}

#[test]
fn every_service_is_watched_restarted_and_given_time_to_stop() {
    for (name, service) in &compose().services {
        let check = &service.healthcheck;
        assert_eq!(check.test.first().map(String::as_str), Some("CMD"), "{name}");
        for time in [&check.interval, &check.timeout, &check.start_period, &service.stop_grace_period] {
            let seconds: u32 = time.strip_suffix('s').unwrap().parse().unwrap();
            assert!(seconds > 0, "{name}");
        }
        assert!(check.retries > 0, "{name}");
        assert_eq!(service.restart, "unless-stopped", "{name}");
        assert_eq!(service.security_opt, ["no-new-privileges:true"], "{name}");
    }
}

#[test]
fn the_server_is_closed_to_all_but_this_machine_and_can_write_only_its_data() {
    let compose = compose();
    let server = &compose.services["server"];
    assert_eq!((server.image.as_str(), server.build.as_deref()), ("binhyen", Some(".")));
    assert!(server.ports.iter().all(|port| port.starts_with("127.0.0.1:")));
    assert!(server.read_only);
    assert_eq!((&*server.cap_drop, &*server.tmpfs), (&["ALL".to_owned()][..], &["/tmp".to_owned()][..]));
    assert!(compose.services["postgres"].ports.is_empty());
    assert!(compose.services["postgres"].image.starts_with("postgres:17"));
}

#[test]
fn the_settings_of_the_container_are_good() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("url");
    std::fs::write(&secret, "postgres://binhyen:geheim@postgres/binhyen").unwrap();
    let variable = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    // What the Dockerfile and docker-compose.yml set together.
    let image = [("BINHYEN__HTTP__LISTEN", "0.0.0.0:8080"), ("BINHYEN__LOG__FORMAT", "json")];
    let file = ("BINHYEN__DATABASE__URL_FILE", secret.to_str().unwrap());
    let dockerfile = read("Dockerfile");
    for (name, value) in image {
        assert!(dockerfile.contains(&format!("{name}={value}")), "{name}");
    }
    let env: Environment = image.into_iter().chain([file]).map(variable).collect();
    let settings = Settings::load(Some(&root().join("config/compose.toml")), env).unwrap();
    assert_eq!(settings.http.listen.port(), 8080);
    assert!(settings.http.listen.ip().is_unspecified());
}

#[test]
fn the_image_is_built_by_the_compiler_of_cargo_toml_and_run_by_nobody_special() {
    let dockerfile = read("Dockerfile");
    let cargo: toml::Table = read("Cargo.toml").parse().unwrap();
    let rust = cargo["package"]["rust-version"].as_str().unwrap();
    assert!(dockerfile.contains(&format!("FROM rust:{rust}-slim")), "rust-version is {rust}");
    assert!(cargo["features"].get("postgres-tls").is_some());
    for line in [
        "--features postgres-tls",
        "\nUSER 10001\n",
        "\nHEALTHCHECK ",
        "CMD [\"binhyen\", \"health\"]",
        "\nVOLUME /var/lib/binhyen/data\n",
        "\nENTRYPOINT [\"binhyen\"]\nCMD [\"serve\"]\n",
    ] {
        assert!(dockerfile.contains(line), "{line}");
    }
    // Whatever the build reads must enter the image.
    let let_in = read(".dockerignore");
    for needed in ["Cargo.toml", "Cargo.lock", "src", "config", "migrations", "web/dist"] {
        assert!(let_in.lines().any(|line| line == format!("!{needed}")), "{needed}");
    }
}

#[test]
fn compose_itself_reads_the_file_where_it_is_installed() {
    let compose =
        |args: &[&str]| Command::new("docker").arg("compose").args(args).current_dir(root()).output().ok();
    let installed = compose(&["version"]).is_some_and(|output| output.status.success());
    if !installed {
        println!(
            "docker compose is not installed here: only the structure was checked, by the tests beside this one"
        );
        return;
    }
    let output = compose(&["config", "--quiet"]).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
