//! The layers of `ARCHITECTURE.md`, checked against the code: who may import whom, and how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules from the outside in; each may import only modules of later lines.
const LAYERS: [&[&str]; 8] = [
    &["cli"],
    &["app"],
    &["http", "jobs"],
    &["flows"],
    &["db", "sms", "documents"],
    &["config"],
    &["telemetry", "clock", "crypto"],
    &["domain"],
];

/// Lines of a file without its tests.
const MAX_LINES: usize = 400;

/// What `domain` must not touch: frameworks, databases, files, networks, clocks.
const NOT_IN_DOMAIN: [&str; 12] = [
    "tokio",
    "actix_web",
    "diesel",
    "reqwest",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time::SystemTime",
    "std::time::Instant",
    "async",
];

/// How a statement begins in a text.
const SQL: [&str; 8] = [
    "SELECT ",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "ALTER TABLE ",
    "BEGIN ",
    "PRAGMA ",
];

struct SourceFile {
    path: PathBuf,
    /// `["db", "sql"]` for `src/db/sql.rs`; empty for `lib.rs` and `main.rs`.
    module: Vec<String>,
    text: String,
    /// The text with comments and the insides of texts blanked out, line by line as before.
    code: String,
}

#[test]
fn imports_only_look_down() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (line, target) in imports(&file) {
            if let Some(reason) = forbidden(file.top(), &target) {
                wrong.push(format!("{}:{line}: {reason}", file.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that break ARCHITECTURE.md:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place_in_the_layers() {
    for file in sources() {
        if let Some(top) = file.top() {
            assert!(
                layer_of(top).is_some(),
                "{}: give the module a layer in ARCHITECTURE.md and here",
                file.path.display()
            );
        }
    }
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        // The one list of tables, as long as the databases have columns.
        .filter(|file| !file.path.ends_with("db/schema.rs"))
        .filter_map(|file| {
            let lines = file.without_tests(&file.text).lines().count();
            (lines > MAX_LINES).then(|| format!("{}: {lines} lines without tests", file.path.display()))
        })
        .collect();
    assert!(long.is_empty(), "files over {MAX_LINES} lines; divide them by subject:\n{}", long.join("\n"));
}

#[test]
fn sql_and_diesel_are_in_db_only() {
    let outside = sources().into_iter().filter(|file| file.top() != Some("db"));
    let wrong: Vec<String> = outside
        .flat_map(|file| {
            let code = file.without_tests(&file.code).to_owned();
            let diesel = lines_with(&code, "diesel");
            let sql = texts(file.without_tests(&file.text))
                .into_iter()
                .filter(|(_, text)| SQL.iter().any(|start| text.trim_start().starts_with(start)))
                .map(|(line, _)| line);
            diesel
                .into_iter()
                .chain(sql)
                .map(|line| format!("{}:{line}", file.path.display()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "SQL or diesel outside src/db:\n{}", wrong.join("\n"));
}

#[test]
fn domain_is_pure() {
    let domain = sources().into_iter().filter(|file| file.top() == Some("domain"));
    let wrong: Vec<String> = domain
        .flat_map(|file| {
            let code = file.without_tests(&file.code).to_owned();
            NOT_IN_DOMAIN
                .iter()
                .flat_map(|word| {
                    lines_with(&code, word)
                        .into_iter()
                        .map(|line| format!("{}:{line}: {word}", file.path.display()))
                        .collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "`domain` decides and touches nothing:\n{}", wrong.join("\n"));
}

impl SourceFile {
    fn top(&self) -> Option<&str> {
        self.module.first().map(String::as_str)
    }

    /// `text` (of this file) up to its module of tests.
    fn without_tests<'t>(&self, text: &'t str) -> &'t str {
        if self.module.last().is_some_and(|name| name == "tests") {
            return "";
        }
        text.find("#[cfg(test)]\nmod tests").map_or(text, |end| &text[..end])
    }
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Why `from` must not import `target`, if so.
fn forbidden(from: Option<&str>, target: &str) -> Option<String> {
    let Some(from) = from else {
        // `lib.rs` only names the modules, `main.rs` only the command line.
        return (target != "cli").then(|| format!("main.rs and lib.rs import nothing but cli, not {target}"));
    };
    let (here, there) = (layer_of(from)?, layer_of(target)?);
    if from == target || there > here {
        None
    } else if there == here {
        Some(format!("{from} imports its sibling {target}"))
    } else {
        Some(format!("{from} imports {target}, which lies above it"))
    }
}

/// Every top-level module that the file names by `crate::`, `binhyen::` or `super::`, with the line.
fn imports(file: &SourceFile) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for prefix in ["crate::", "binhyen::"] {
        for (at, _) in file.code.match_indices(prefix) {
            if !follows_identifier(&file.code, at) {
                let names = names_behind(&file.code[at + prefix.len()..]);
                found.extend(names.into_iter().map(|name| (line_of(&file.code, at), name)));
            }
        }
    }
    found.extend(imports_by_super(file));
    found
}

/// `super::` as often as the module is deep leads to the crate's root, too.
fn imports_by_super(file: &SourceFile) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let chain = "super::".repeat(file.module.len());
    if chain.is_empty() {
        return found;
    }
    for (at, _) in file.code.match_indices(&chain) {
        let names = names_behind(file.code[at + chain.len()..].trim_start_matches("super::"));
        let escaped =
            names.into_iter().filter(|name| layer_of(name).is_some() && Some(name.as_str()) != file.top());
        found.extend(escaped.map(|name| (line_of(&file.code, at), name)));
    }
    found
}

/// The first names of a path or of each path in a group: `a` for `a::b`, `a` and `c` for `{a::b, c}`.
fn names_behind(code: &str) -> Vec<String> {
    let Some(group) = code.strip_prefix('{') else {
        return first_name(code).into_iter().collect();
    };
    let (mut depth, mut names, mut start) = (1, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => {
                names.extend(first_name(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
        if depth == 0 {
            names.extend(first_name(&group[start..at]));
            break;
        }
    }
    names
}

fn first_name(code: &str) -> Option<String> {
    let name: String = code.trim_start().chars().take_while(|c| is_identifier(*c)).collect();
    (!name.is_empty()).then_some(name)
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn follows_identifier(code: &str, at: usize) -> bool {
    code[..at].chars().next_back().is_some_and(|c| is_identifier(c) || c == ':')
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The lines on which `word` stands by itself.
fn lines_with(code: &str, word: &str) -> Vec<usize> {
    code.match_indices(word)
        .filter(|(at, _)| !follows_identifier(code, *at))
        .filter(|(at, _)| !code[at + word.len()..].starts_with(is_identifier))
        .map(|(at, _)| line_of(code, at))
        .collect()
}

fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root).unwrap().to_owned();
            SourceFile { module: module_of(&path), code: blank(&text).0, path, text }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn module_of(path: &Path) -> Vec<String> {
    let path = path.with_extension("");
    let mut names: Vec<String> = path.iter().skip(1).map(|name| name.to_str().unwrap().to_owned()).collect();
    if names.last().is_some_and(|name| name == "mod") || names == ["lib"] || names == ["main"] {
        names.pop();
    }
    names
}

/// The texts in `code`, with the line on which each begins.
fn texts(code: &str) -> Vec<(usize, String)> {
    blank(code).1
}

/// `source` without the insides of comments and texts, and the texts with their lines. Enough of Rust's grammar for
/// code that `rustfmt` has seen: line and block comments, plain, byte and raw strings, characters.
fn blank(source: &str) -> (String, Vec<(usize, String)>) {
    let (mut code, mut found) = (String::with_capacity(source.len()), Vec::new());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let (length, is_text) = span(rest, code.chars().next_back());
        let (piece, behind) = rest.split_at(length.max(c.len_utf8()));
        if is_text {
            found.push((code.matches('\n').count() + 1, piece.trim_matches(['r', 'b', '#', '"']).to_owned()));
        }
        if length == 0 {
            code.push(c);
        } else {
            code.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = behind;
    }
    (code, found)
}

/// How long the comment, text or character is that `rest` begins with (0 for code), and whether it is a text.
fn span(rest: &str, before: Option<char>) -> (usize, bool) {
    let until =
        |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (until("*/", 2), false);
    }
    let raw = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('r');
    if let Some(raw) = raw.filter(|_| !before.is_some_and(is_identifier)) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let open = rest.len() - raw.len() + hashes + 1;
            return (until(&format!("\"{}", "#".repeat(hashes)), open), true);
        }
    }
    if let Some(text) = rest.strip_prefix('"') {
        return (1 + unescaped(text, '"'), true);
    }
    // 'a' is a character, 'a a lifetime.
    let mut chars = rest.chars();
    if chars.next() == Some('\'') {
        let (first, second) = (chars.next(), chars.next());
        if first == Some('\\') || second == Some('\'') {
            return (1 + unescaped(&rest[1..], '\''), false);
        }
    }
    (0, false)
}

/// Bytes up to and with the first `end` that no backslash stands before.
fn unescaped(text: &str, end: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == end => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

mod the_check_itself {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        let path = PathBuf::from(path);
        SourceFile { module: module_of(&path), code: blank(text).0, path, text: text.to_owned() }
    }

    fn imported(path: &str, text: &str) -> Vec<(usize, String)> {
        imports(&file(path, text))
    }

    #[test]
    fn sees_paths_groups_and_supers() {
        let text =
            "use crate::db::sql;\nuse crate::{clock::{Clock, x}, domain};\nfn f() { crate::http::g() }\n";
        let names = ["db", "clock", "domain", "http"].map(str::to_owned);
        let lines = [1, 2, 2, 3];
        assert_eq!(imported("src/flows/sync.rs", text), lines.into_iter().zip(names).collect::<Vec<_>>());
        assert_eq!(imported("src/clock.rs", "use super::db;"), [(1, "db".to_owned())]);
        assert_eq!(imported("src/db/sql.rs", "\nuse super::super::flows;"), [(2, "flows".to_owned())]);
        assert_eq!(imported("src/db/sql.rs", "use super::conn;"), []);
        assert_eq!(imported("src/main.rs", "binhyen::cli::run()"), [(1, "cli".to_owned())]);
    }

    #[test]
    fn does_not_see_comments_and_texts() {
        let text = "//! [`crate::http`]\n/* crate::cli */ let a = \"crate::app \\\" crate::db\"; let b = '\"'; \
                    let c = r#\"crate::sms\"#; // crate::jobs\nuse crate::domain;";
        assert_eq!(imported("src/flows/mod.rs", text), [(3, "domain".to_owned())]);
    }

    #[test]
    fn refuses_imports_that_point_up_or_aside() {
        assert!(forbidden(Some("domain"), "clock").is_some());
        assert!(forbidden(Some("http"), "jobs").is_some());
        assert!(forbidden(Some("db"), "flows").is_some());
        assert!(forbidden(None, "app").is_some());
        assert_eq!(forbidden(Some("cli"), "domain"), None);
        assert_eq!(forbidden(Some("db"), "db"), None);
    }

    #[test]
    fn finds_texts_with_their_lines() {
        assert_eq!(
            texts("a\n\"SELECT 1\" r#\"UPDATE \"x\"\"#"),
            [(2, "SELECT 1".to_owned()), (2, "UPDATE \"x".to_owned())]
        );
    }
}
