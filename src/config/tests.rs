use std::path::PathBuf;

use super::*;

fn env(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load_text(text: &str, pairs: &[(&str, &str)]) -> Result<Settings, Problems> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, text).unwrap();
    Settings::load(Some(&path), env(pairs))
}

/// The keys that are complained about, and the whole message.
fn complaints(text: &str, pairs: &[(&str, &str)]) -> (Vec<String>, String) {
    let problems = load_text(text, pairs).unwrap_err();
    let message = problems.to_string();
    (problems.0.into_iter().map(|problem| problem.key).collect(), message)
}

#[test]
fn the_defaults_are_complete_and_good() {
    let settings = Settings::load(None, Environment::new()).unwrap();
    assert_eq!(settings.database.url, DatabaseUrl::Sqlite(PathBuf::from("data/binhyen.db")));
    assert_eq!(settings.keys.file, PathBuf::from("data/binhyen.key"));
    assert_eq!(settings.intake.spool_dir, PathBuf::from("data/binhyen.spool"));
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.metrics.listen.unwrap().to_string(), "127.0.0.1:9464");
    assert_eq!(settings.period.calendar(), &crate::domain::period::Calendar::ministry());
    assert!(!settings.clock.clock().is_fixed());
    assert!(settings.gateways.is_empty());
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let text = "[http]\nlisten = \"127.0.0.1:1\"\nrequest_seconds = 7\n[period]\nstart_day = 1";
    let settings = load_text(text, &[("BINHYEN__HTTP__LISTEN", "0.0.0.0:2"), ("OTHER__HTTP__LISTEN", "x")]);
    let settings = settings.unwrap();
    assert_eq!(settings.http.listen.to_string(), "0.0.0.0:2");
    assert_eq!(settings.http.request_seconds, 7);
    assert_eq!(settings.intake.queue_size, 4_096);
    let march = settings.period.calendar().span("2026-03".parse().unwrap());
    assert_eq!(march.to.to_string(), "2026-03-31");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let settings = load_text("", &[("BINHYEN__CLOCK__FIXED", ""), ("BINHYEN__HTTP__LISTEN", "")]).unwrap();
    assert!(!settings.clock.clock().is_fixed());
    assert_eq!(settings.http.listen.port(), 8080);
}

#[test]
fn secrets_come_from_files_in_every_layer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    std::fs::write(&path, "postgres://u:geheim@db/binhyen\n").unwrap();
    let path = path.display().to_string();
    let by_env = load_text("[database]\nurl = \"sqlite://x.db\"", &[("BINHYEN__DATABASE__URL_FILE", &path)]);
    let by_file = load_text(&format!("[database]\nurl_file = {path:?}"), &[]);
    for settings in [by_env.unwrap(), by_file.unwrap()] {
        let expected = DatabaseUrl::Postgres("postgres://u:geheim@db/binhyen".to_owned());
        assert_eq!(settings.database.url, expected);
        assert_eq!(settings.keys.file, PathBuf::from("data/binhyen.key"));
    }
}

#[test]
fn a_secret_file_that_cannot_be_read_or_is_given_twice_is_told() {
    let (keys, message) =
        complaints("", &[("BINHYEN__DATABASE__URL_FILE", "/nowhere/url"), ("BINHYEN__HTTP__LISTEN", "8080")]);
    assert_eq!(keys, ["database.url_file", "http.listen"]);
    assert!(message.contains("/nowhere/url cannot be read"), "{message}");
    assert!(message.contains("set in the environment"), "{message}");

    let both = [("BINHYEN__DATABASE__URL_FILE", "/nowhere"), ("BINHYEN__DATABASE__URL", "sqlite://x.db")];
    let (keys, message) = complaints("", &both);
    assert_eq!(keys, ["database.url_file"]);
    assert!(message.contains("give one of the two"), "{message}");
}

#[test]
fn gateways_come_from_the_file_and_from_the_environment_by_id() {
    let text = "[[gateways]]\nid = \"phone-1\"\nkind = \"generic\"\nsend_url = \"http://127.0.0.1:9/send\"\n\
                parts_per_second = 3\ncost_per_part = 350\n[[gateways]]\nid = \"quiet\"\nkind = \"log\"\n";
    let settings = load_text(
        text,
        &[
            ("BINHYEN__GATEWAYS__PHONE_1__INBOUND_TOKEN", "geheim"),
            ("BINHYEN__GATEWAYS__PHONE_1__COST_PER_PART", "400"),
            ("BINHYEN__GATEWAYS__NEW__KIND", "generic"),
            ("BINHYEN__GATEWAYS__NEW__SEND_URL", "https://sms.example/send"),
        ],
    );
    let settings = settings.unwrap();
    let [phone, quiet, new] = settings.gateways.as_slice() else { panic!("{:?}", settings.gateways) };
    let shown = |gateway: &Gateway| match &gateway.kind {
        GatewayKind::Generic(generic) => {
            (generic.inbound_token.clone(), format!("{:?}", generic.send_url.as_ref().unwrap()))
        }
        _ => panic!("{gateway:?}"),
    };
    assert_eq!(shown(phone), (Some(Secret::new("geheim")), "\"http://127.0.0.1:9/send\"".to_owned()));
    assert_eq!((phone.parts_per_second, phone.cost_per_part), (3, 400));
    assert_eq!((quiet.id.as_str(), &quiet.kind), ("quiet", &GatewayKind::Log));
    assert_eq!((new.id.as_str(), new.parts_per_second, new.cost_per_part), ("new", 10, 0));
    assert_eq!(shown(new), (None, "\"https://sms.example/send\"".to_owned()));
}

#[test]
fn settings_print_without_secrets_and_what_is_printed_can_be_loaded() {
    let text = "[database]\nurl = \"postgres://u:geheim@db/x\"\n[clock]\nfixed = \"2026-03-15T08:00:00+07:00\"\n\
                [[period.changes]]\nfrom = \"2027-01\"\nstart_day = 1\n\
                [[gateways]]\nid = \"p\"\nkind = \"generic\"\ninbound_token = \"geheim\"\n";
    let settings = load_text(text, &[]).unwrap();
    let printed = settings.render_hidden();
    assert!(!printed.contains("geheim"), "{printed}");
    assert!(!format!("{settings:?}").contains("geheim"));
    let again = load_text(&printed, &[]).unwrap();
    assert_eq!(again.render_hidden(), printed);
    assert_eq!(again.period, settings.period);
    assert_eq!(again.clock, settings.clock);
}

#[test]
fn all_problems_are_told_at_once_with_key_and_advice() {
    let text = "[htp]\nlisten = \"x\"\n[http]\nlisten = \"8080\"\nport = 1\nrequest_seconds = -1\n\
                [period]\nstart_day = 29\n[[gateways]]\nid = \"k\"\nkind = \"pigeon\"\nfrom = \"1\"\n";
    let (keys, message) = complaints(text, &[("BINHYEN__LOG__LEVEL", "loud")]);
    assert_eq!(
        keys,
        [
            "http.listen",
            "http.request_seconds",
            "http.port",
            "log.level",
            "period.start_day",
            "gateways.k.kind",
            "gateways.k.from",
            "htp",
        ]
    );
    assert!(message.starts_with("8 settings are wrong:\n"), "{message}");
    for part in [
        "http.listen: write ADDRESS:PORT",
        "http.port: there is no such setting; here are: listen, public_url, request_seconds, trusted_proxies (set in ",
        "gateways.k.kind: there is no such kind of gateway; there are: esms, generic, ",
        "log.level: write error, warn, info, debug or trace",
        "(set in the environment)",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[test]
fn every_bad_setting_is_refused_under_its_key() {
    for (text, key) in [
        ("[database]\nurl = \"mysql://h/d\"", "database.url"),
        ("[database]\nurl = 7", "database.url"),
        ("database = 7", "database"),
        ("[keys]\nfile = \"\"", "keys.file"),
        ("[http]\nlisten = \"host:99999\"", "http.listen"),
        ("[http]\nrequest_seconds = 1.5", "http.request_seconds"),
        ("[http]\nrequest_seconds = 0", "http.request_seconds"),
        ("[metrics]\nlisten = \"on\"", "metrics.listen"),
        ("[metrics]\nlisten = \"127.0.0.1:8080\"", "metrics.listen"),
        ("[log]\nformat = \"xml\"", "log.format"),
        ("[log]\nlevel = \"\"", "log.level"),
        ("[period]\nstart_day = 0", "period.start_day"),
        ("[period]\nhamlet_due_day = 31", "period.hamlet_due_day"),
        ("[period]\ncommune_due_day = \"x\"", "period.commune_due_day"),
        ("[period]\nchanges = 1", "period.changes"),
        ("[period]\nchanges = [1]", "period.changes"),
        ("[[period.changes]]\nfrom = \"2027\"\nstart_day = 1", "period.changes.2027.from"),
        ("[[period.changes]]\nstart_day = 1", "period.changes[0].from"),
        ("[[period.changes]]\nfrom = \"2027-01\"", "period.changes.2027-01.start_day"),
        (
            "[[period.changes]]\nfrom = \"2027-02\"\nstart_day = 1\n[[period.changes]]\nfrom = \"2027-01\"\nstart_day = 2",
            "period.changes",
        ),
        ("[clock]\nfixed = \"2026-03-15\"", "clock.fixed"),
        ("[auth]\naccess_minutes = 0", "auth.access_minutes"),
        ("[auth]\nrefresh_days = 366", "auth.refresh_days"),
        ("[auth]\ndevice_days = 0", "auth.device_days"),
        ("[http]\npublic_url = \"binhyen\"", "http.public_url"),
        ("[http]\ntrusted_proxies = \"10.0.0.1:80\"", "http.trusted_proxies"),
        ("[auth]\nkey_rotation_days = true", "auth.key_rotation_days"),
        ("[intake]\nqueue_size = 0", "intake.queue_size"),
        ("[intake]\nspool_dir = \" \"", "intake.spool_dir"),
        ("[intake]\nspool_max_bytes = 1", "intake.spool_max_bytes"),
        ("[intake]\nsms_number = \"0912 345\"", "intake.sms_number"),
        ("[outbound]\nworkers = 0", "outbound.workers"),
        ("[outbound]\nlease_seconds = 1", "outbound.lease_seconds"),
        ("[outbound]\nrequest_seconds = 60", "outbound.request_seconds"),
        ("[outbound]\nmax_tries = 0", "outbound.max_tries"),
        ("[outbound]\nfirst_pause_seconds = 3601", "outbound.first_pause_seconds"),
        ("[outbound]\nfirst_pause_seconds = 9\nlongest_pause_seconds = 8", "outbound.first_pause_seconds"),
        ("[outbound]\nlongest_pause_seconds = 86401", "outbound.longest_pause_seconds"),
        ("[retention]\ntext_days = 0", "retention.text_days"),
        ("[retention]\nunfinished_photo_days = 0", "retention.unfinished_photo_days"),
        ("[retention]\nschedule = \"at night\"", "retention.schedule"),
        ("nonsense = 1", "nonsense"),
    ] {
        let (keys, message) = complaints(text, &[]);
        assert_eq!(keys, [key], "{text}\n{message}");
    }
}

#[test]
fn every_bad_setting_of_a_gateway_is_refused_under_its_key() {
    for (text, key) in [
        ("[gateways]\nid = \"x\"", "gateways"),
        ("[[gateways]]\nkind = \"log\"", "gateways[0].id"),
        ("[[gateways]]\nid = \"Phone\"\nkind = \"log\"", "gateways.Phone.id"),
        ("[[gateways]]\nid = \"p\"", "gateways.p.kind"),
        ("[[gateways]]\nid = \"p\"\nkind = \"generic\"", "gateways.p.send_url"),
        ("[[gateways]]\nid = \"p\"\nkind = \"generic\"\nsend_url = \"ftp://h/\"", "gateways.p.send_url"),
        ("[[gateways]]\nid = \"p\"\nkind = \"generic\"\nsend_url = \"http://u:p@h/\"", "gateways.p.send_url"),
        ("[[gateways]]\nid = \"p\"\nkind = \"generic\"\ninbound_token = \"\"", "gateways.p.inbound_token"),
        (
            "[[gateways]]\nid = \"p\"\nkind = \"generic\"\ninbound_token = \"a\\nb\"",
            "gateways.p.inbound_token",
        ),
        (
            "[[gateways]]\nid = \"p\"\nkind = \"generic\"\npreset = \"x\"\ninbound_token = \"t\"",
            "gateways.p.preset",
        ),
        ("[[gateways]]\nid = \"p\"\nkind = \"log\"\ntrust = \"some\"", "gateways.p.trust"),
        ("[[gateways]]\nid = \"p\"\nkind = \"log\"\nparts_per_second = 0", "gateways.p.parts_per_second"),
        ("[[gateways]]\nid = \"p\"\nkind = \"log\"\ncost_per_part = -1", "gateways.p.cost_per_part"),
        (
            "[[gateways]]\nid = \"p\"\nkind = \"log\"\ndefault_commune = \"4792\"",
            "gateways.p.default_commune",
        ),
        ("[[gateways]]\nid = \"p\"\nkind = \"log\"\nsend_url = \"http://h/\"", "gateways.p.send_url"),
        (
            "[[gateways]]\nid = \"a-b\"\nkind = \"log\"\n[[gateways]]\nid = \"a_b\"\nkind = \"log\"",
            "gateways",
        ),
    ] {
        let (keys, message) = complaints(text, &[]);
        assert_eq!(keys, [key], "{text}\n{message}");
    }
}

#[test]
fn every_bad_setting_of_a_providers_gateway_is_refused_under_its_key() {
    for (text, key) in [
        ("[[gateways]]\nid = \"p\"\nkind = \"esms\"", "gateways.p.api_key"),
        ("[[gateways]]\nid = \"p\"\nkind = \"esms\"\napi_key = \"a\"", "gateways.p.secret_key"),
        (
            "[[gateways]]\nid = \"p\"\nkind = \"esms\"\nprivate_key = \"a\"\nbrandname = \"Công an\"",
            "gateways.p.brandname",
        ),
        (
            "[[gateways]]\nid = \"p\"\nkind = \"esms\"\nprivate_key = \"a\"\npublic_url = \"https://h\"",
            "gateways.p.inbound_token",
        ),
        ("[[gateways]]\nid = \"p\"\nkind = \"esms\"\naccept_unsigned = true", "gateways.p.inbound_token"),
        ("[[gateways]]\nid = \"p\"\nkind = \"smsgate\"", "gateways.p.url"),
        ("[[gateways]]\nid = \"p\"\nkind = \"smsgate\"\nurl = \"https://h\"", "gateways.p.password"),
        (
            "[[gateways]]\nid = \"p\"\nkind = \"smsgate\"\nsigning_key = \"k\"\nsim_number = 4",
            "gateways.p.sim_number",
        ),
        ("[[gateways]]\nid = \"p\"\nkind = \"smsgate\"\naccept_unsigned = true", "gateways.p.inbound_token"),
        (
            "[[gateways]]\nid = \"p\"\nkind = \"smsgate_phone\"\npublic_url = \"https://h\"",
            "gateways.p.private_token",
        ),
        (
            "[[gateways]]\nid = \"p\"\nkind = \"smsgate_phone\"\npublic_url = \"https://h\"\nprivate_token = \"short\"",
            "gateways.p.private_token",
        ),
        (
            "[[gateways]]\nid = \"p\"\nkind = \"smsgate_phone\"\nprivate_token = \"0123456789abcdef\"",
            "gateways.p.public_url",
        ),
    ] {
        let (keys, message) = complaints(text, &[]);
        assert_eq!(keys, [key], "{text}\n{message}");
    }
}

#[test]
fn every_bad_setting_of_a_described_gateway_is_refused_under_its_key() {
    let good =
        "method = \"hmac-sha256\"\nover = \"{{body}}\"\nkey = \"k{{secret}}\"\nat = \"header:X-Sig\"\n";
    for (text, key) in [
        ("send_url = \"http://h/{{too}}\"", "send_url"),
        ("send_url = \"http://h/{{from}}\"", "from"),
        ("accept_unsigned = \"maybe\"", "accept_unsigned"),
        ("[gateways.send]\nmethod = \"PUT\"", "send.method"),
        ("[gateways.send]\nformat = \"csv\"", "send.format"),
        ("[gateways.send]\nformat = \"form\"", "send.body"),
        ("[gateways.send]\nbody = \"{to}\"", "send.body"),
        ("[gateways.send]\nbody = '{\"to\":{{text}}x}'", "send.body"),
        ("[gateways.send.headers]\nAuthorization = \"Bearer geheim\"", "send.headers"),
        ("[gateways.send.headers]\n\"a b\" = \"x\"", "send.headers"),
        ("[gateways.send.answer]\naccepted = \"ok\"", "send.answer.accepted"),
        ("[gateways.send.answer.codes]\n1 = \"bad\"", "send.answer.codes.1"),
        ("[gateways.inbound]\nfrom = \"\"", "inbound.from"),
        ("[gateways.inbound.answer]\nstatus = 500", "inbound.answer.status"),
        ("[gateways.inbound.answer]\ncontent_type = \"image/png\"", "inbound.answer.content_type"),
        ("[gateways.inbound]\nfrm = \"x\"", "inbound.frm"),
        ("[gateways.delivery.values]\nok = \"fine\"", "delivery.values.ok"),
        (&good.replace("hmac-sha256", "crc32"), "signature.method"),
        (&good.replace("{{body}}", "{{text}}"), "signature.over"),
        (&good.replace("{{secret}}", ""), "signature.key"),
        (&good.replace("hmac-sha256", "md5"), "signature.over"),
        (&good.replace("header:", "cookie:"), "signature.at"),
        (good, "secret"),
    ] {
        let table = if text.starts_with("method") { "[gateways.signature]\n" } else { "" };
        let text = format!(
            "[[gateways]]\nid = \"p\"\nkind = \"generic\"\ninbound_token = \"t\"\n{}{table}{text}",
            if text.starts_with("send_url") { "" } else { "send_url = \"http://h/\"\n" }
        );
        let (keys, message) = complaints(&text, &[]);
        assert_eq!(keys, [format!("gateways.p.{key}")], "{text}\n{message}");
        assert!(!message.contains("geheim"), "{message}");
    }
}

#[test]
fn a_preset_prints_whole_and_what_is_printed_can_be_loaded() {
    for (preset, more) in [
        ("twilio", ""),
        ("vonage", ""),
        ("vcom", ""),
        ("speedsms", "inbound_token = \"geheim\"\n"),
        ("rapidpro", "inbound_token = \"geheim\"\nsend_url = \"http://h/\"\n"),
    ] {
        let text = format!(
            "[[gateways]]\nid = \"p\"\nkind = \"generic\"\npreset = \"{preset}\"\nusername = \"u\"\npassword = \"geheim\"\n\
             secret = \"geheim\"\nkeyword = \"k\"\nfrom = \"f\"\npublic_url = \"https://h\"\n{more}\
             [gateways.send.answer.codes]\n4711 = \"busy\"\n"
        );
        let settings = load_text(&text, &[]).unwrap_or_else(|problems| panic!("{preset}: {problems}"));
        let printed = settings.render_hidden();
        assert!(printed.contains("4711") && !printed.contains("geheim"), "{printed}");
        let again = load_text(&printed, &[]).unwrap_or_else(|problems| panic!("{preset}: {problems}"));
        assert_eq!(again.render_hidden(), printed);
    }
}

#[test]
fn a_file_that_is_missing_or_no_toml_is_told_with_its_path() {
    let problems = Settings::load(Some(Path::new("/nowhere/settings.toml")), Environment::new()).unwrap_err();
    assert!(problems.to_string().contains("/nowhere/settings.toml cannot be read"), "{problems}");
    let (keys, message) = complaints("[http\n", &[("BINHYEN__HTTP__LISTEN", "x")]);
    assert_eq!(keys.len(), 2, "{message}");
    assert!(message.contains("not a settings file in TOML"), "{message}");
}

#[test]
fn problems_never_show_a_secret() {
    let text = "[database]\nurl = \"mysql://u:geheim@h/d\"\n\
                [[gateways]]\nid = \"p\"\nkind = \"generic\"\ninbound_token = \"geheim\\n\"\npassphrase = \"geheim\"";
    let (keys, message) = complaints(text, &[]);
    assert_eq!(keys.len(), 3);
    assert!(!message.contains("geheim"), "{message}");
}
