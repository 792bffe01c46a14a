//! Where settings come from: the embedded defaults, a file, the environment, each over the one before.

use std::path::Path;

use config::{Config, ConfigError, Environment, File, FileFormat, Map, Source, Value, ValueKind};

use super::problem::Problem;

/// All settings with their defaults and what they mean.
pub const DEFAULT: &str = include_str!("../../config/default.toml");

/// The largest settings file and the largest secret file that are read, in bytes.
const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// Behind a key, it says that the value is in the file at this path.
const FILE_SUFFIX: &str = "_file";
/// The list that the environment names the entries of by their `id`.
const GATEWAYS: &str = "gateways";

/// The values of a table of settings.
pub(super) type Table = Map<String, Value>;

/// The settings of all layers merged, as yet without meaning.
pub(super) fn merged(
    file: Option<&Path>,
    env: Map<String, String>,
    problems: &mut Vec<Problem>,
) -> Result<Table, ConfigError> {
    let mut builder =
        Config::builder().add_source(Layer::of(File::from_str(DEFAULT, FileFormat::Toml), problems)?);
    if let Some(path) = file {
        builder = builder.add_source(file_layer(path, problems));
    }
    let (env, gateways) = env_layer(env, problems)?;
    let mut table = into_table(builder.add_source(env).build()?.cache);
    merge_gateways(&mut table, gateways);
    Ok(table)
}

/// The values of a text in TOML that is built into the program.
pub(super) fn parse(text: &str) -> Result<Table, ConfigError> {
    Ok(into_table(Config::builder().add_source(File::from_str(text, FileFormat::Toml)).build()?.cache))
}

/// What one source says, with every `KEY_file` replaced by the content of that file.
#[derive(Debug, Clone, Default)]
struct Layer(Table);

impl Layer {
    fn of(
        source: impl Source + Send + Sync + 'static,
        problems: &mut Vec<Problem>,
    ) -> Result<Layer, ConfigError> {
        let mut table = into_table(Config::builder().add_source(source).build()?.cache);
        read_files(&mut table, "", problems);
        Ok(Layer(table))
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Table, ConfigError> {
        Ok(self.0.clone())
    }
}

fn file_layer(path: &Path, problems: &mut Vec<Problem>) -> Layer {
    let read = read_limited(path).and_then(|_| {
        let source = File::from(path).format(FileFormat::Toml);
        Layer::of(source, problems).map_err(|error| format!("it is not a settings file in TOML: {error}"))
    });
    read.unwrap_or_else(|advice| {
        problems.push(Problem { key: path.display().to_string(), advice, origin: None });
        Layer::default()
    })
}

/// The layer of the environment, and apart from it what it says of gateways, by their ids.
fn env_layer(env: Map<String, String>, problems: &mut Vec<Problem>) -> Result<(Layer, Table), ConfigError> {
    let source = Environment::with_prefix("BINHYEN")
        .prefix_separator("__")
        .separator("__")
        .ignore_empty(true)
        .source(Some(env));
    let mut layer = Layer::of(source, problems)?;
    let gateways = match layer.0.remove(GATEWAYS) {
        Some(Value { kind: ValueKind::Table(gateways), .. }) => gateways,
        Some(other) => {
            layer.0.insert(GATEWAYS.to_owned(), other);
            Table::new()
        }
        None => Table::new(),
    };
    Ok((layer, gateways))
}

/// Lays what the environment says of a gateway over the entry with its id, or adds an entry.
fn merge_gateways(table: &mut Table, from_env: Table) {
    if from_env.is_empty() {
        return;
    }
    let list = table.entry(GATEWAYS.to_owned()).or_insert_with(|| Value::new(None, Vec::<Value>::new()));
    let ValueKind::Array(list) = &mut list.kind else { return };
    for (id, value) in from_env {
        let ValueKind::Table(new) = value.kind else { continue };
        let entry = list.iter_mut().find_map(|entry| match &mut entry.kind {
            ValueKind::Table(old) if id_of(old).as_deref() == Some(&id) => Some(old),
            _ => None,
        });
        match entry {
            Some(old) => old.extend(new),
            None => list.push(Value::new(None, with_id(new, &id))),
        }
    }
}

/// The id of a gateway as the environment writes it.
fn id_of(gateway: &Table) -> Option<String> {
    match &gateway.get("id")?.kind {
        ValueKind::String(id) => Some(id.replace('-', "_")),
        _ => None,
    }
}

fn with_id(mut gateway: Table, id: &str) -> Table {
    gateway.entry("id".to_owned()).or_insert_with(|| Value::new(None, id));
    gateway
}

fn read_files(table: &mut Table, path: &str, problems: &mut Vec<Problem>) {
    let names: Vec<String> = table.keys().filter(|key| stem(key).is_some()).cloned().collect();
    for name in names {
        if let Some(value) = table.remove(&name) {
            let key = format!("{path}{name}");
            match content(table, &name, &value) {
                Ok((stem, value)) => drop(table.insert(stem, value)),
                Err(advice) => {
                    let origin = value.origin().map(str::to_owned);
                    problems.push(Problem { key, advice, origin });
                }
            }
        }
    }
    for (key, value) in table.iter_mut() {
        read_files_below(value, &format!("{path}{key}"), problems);
    }
}

fn read_files_below(value: &mut Value, path: &str, problems: &mut Vec<Problem>) {
    match &mut value.kind {
        ValueKind::Table(table) => read_files(table, &format!("{path}."), problems),
        ValueKind::Array(list) => {
            for (index, value) in list.iter_mut().enumerate() {
                read_files_below(value, &format!("{path}[{index}]"), problems);
            }
        }
        _ => {}
    }
}

/// The key whose value is in a file, when `key` names a file.
fn stem(key: &str) -> Option<&str> {
    key.strip_suffix(FILE_SUFFIX).filter(|stem| !stem.is_empty())
}

fn content(table: &Table, name: &str, value: &Value) -> Result<(String, Value), String> {
    let stem = stem(name).unwrap_or(name);
    if table.contains_key(stem) {
        return Err(format!("{stem} is given too; give one of the two"));
    }
    let ValueKind::String(path) = &value.kind else {
        return Err("write the path of a file".to_owned());
    };
    let text = read_limited(Path::new(path))?;
    let origin = path.clone();
    Ok((stem.to_owned(), Value::new(Some(&origin), text.trim_end_matches(['\r', '\n']))))
}

fn read_limited(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| {
        format!("the file {} cannot be read: {error}; check the path and its permissions", path.display())
    };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_FILE_BYTES {
        return Err(format!("the file {} is larger than 1 MiB", path.display()));
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

fn into_table(value: Value) -> Table {
    match value.kind {
        ValueKind::Table(table) => table,
        _ => Table::new(),
    }
}
