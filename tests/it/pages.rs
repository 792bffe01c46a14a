//! What the pages say is so: links lead somewhere, examples of settings can be loaded, commands exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use binhyen::config::{DEFAULT, Environment, Settings};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page of the project, with its path.
fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = Vec::new();
    let mut folders = vec![root().join("docs")];
    let top = ["README.md", "ARCHITECTURE.md"].map(|name| root().join(name));
    pages.extend(top.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())));
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push((path.clone(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    pages
}

/// The blocks of code in `language` on a page.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let open = format!("```{language}\n");
    page.split(&open).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    for (path, page) in pages() {
        for link in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap();
            let is_ours = !file.is_empty() && !file.contains("://");
            if is_ours && !path.parent().unwrap().join(file).exists() {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn settings_on_the_pages_can_be_loaded() {
    for (path, page) in pages() {
        for block in blocks(&page, "toml") {
            let block: Vec<String> = block.lines().map(with_secret).collect();
            let block = block.join("\n");
            load(&block).unwrap_or_else(|problems| panic!("{}: {problems}\n{block}", path.display()));
        }
    }
}

/// A line that names the file of a secret, with a secret in its place.
fn with_secret(line: &str) -> String {
    match line.split_once("_file = \"/etc/binhyen/") {
        // SMPP has room for eight characters, others want more than sixteen.
        Some((key, _)) if key.trim() == "password" => format!("{key} = \"8-secret\""),
        Some((key, _)) => format!("{key} = \"a-secret-without-spaces\""),
        None => line.to_owned(),
    }
}

#[test]
fn examples_in_the_default_settings_can_be_taken_over_by_taking_the_mark_away() {
    let is_example = |line: &str| {
        let key = line.split(" = ").next().unwrap();
        line.starts_with("[[")
            || line.contains(" = ") && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let taken: Vec<&str> = DEFAULT
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|example| is_example(example)).unwrap_or(line))
        .collect();
    let settings = load(&taken.join("\n")).unwrap();
    assert_eq!(settings.gateways.len(), 1);
    assert!(settings.clock.clock().is_fixed());
}

fn load(text: &str) -> Result<Settings, binhyen::config::Problems> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, text).unwrap();
    Settings::load(Some(&file), Environment::new())
}

#[test]
fn commands_on_the_pages_exist() {
    let mut commands = BTreeSet::new();
    for (_, page) in pages() {
        for line in page.split(['\n', '`', '|']) {
            let line =
                line.trim().strip_prefix("cargo run --release -- ").or(line.trim().strip_prefix("binhyen "));
            let command: Vec<String> = line
                .unwrap_or_default()
                .split_whitespace()
                .take_while(|word| {
                    word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-')
                })
                .take(2)
                .map(str::to_owned)
                .collect();
            if !command.is_empty() {
                commands.insert(command);
            }
        }
    }
    assert!(commands.len() > 5, "{commands:?}");
    for command in commands {
        let mut run = Command::new(env!("CARGO_BIN_EXE_binhyen"));
        let output = run.args(&command).arg("--help").output().unwrap();
        assert!(output.status.success(), "binhyen {} is on a page and is no command", command.join(" "));
    }
}
