//! What the process says of itself: logs, and metrics for Prometheus.
//!
//! Metrics tell how the server does (requests, queues, times), never the figures of a unit: whoever may look at them
//! need not be someone who may know how many thefts a hamlet had.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::TryInitError;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For machines: one JSON object per line.
    Json,
}

/// Why there are no logs or no metrics.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level is not one that the filter understands.
    #[error("the log level cannot be understood: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody has set up logs before.
    #[error("logs are already set up: {0}")]
    Logs(#[from] TryInitError),
    /// Somebody has set up metrics before.
    #[error("metrics cannot be set up: {0}")]
    Metrics(#[from] BuildError),
}

/// Upper bounds of the buckets of times (metrics whose name ends in `_seconds`): from an embedded read to a slow provider.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Upper bounds of the buckets of counts (`_items`), such as the size of a batch.
const ITEMS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Starts logging to standard error; standard output stays for what commands answer.
pub fn start_logs(format: LogFormat, level: &str) -> Result<(), TelemetryError> {
    use tracing_subscriber::util::SubscriberInitExt;
    let filter = EnvFilter::try_new(level)?;
    // Colours are for eyes; in a file they are rubbish.
    let colours = std::io::stderr().is_terminal();
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match format {
        LogFormat::Pretty => lines.finish().try_init()?,
        LogFormat::Json => lines.json().flatten_event(true).finish().try_init()?,
    }
    Ok(())
}

/// Whether `level` can be given to [`start_logs`].
pub fn is_level(level: &str) -> bool {
    // An empty filter is valid to the library and would log nothing but errors.
    !level.trim().is_empty() && level.split(',').all(is_directive)
}

/// A bare word that is no level would be taken as the name of a module and silence everything else.
fn is_directive(directive: &str) -> bool {
    let level = directive.rsplit_once('=').map_or(directive, |(_, level)| level).trim().to_lowercase();
    ["off", "error", "warn", "info", "debug", "trace"].contains(&level.as_str())
        && EnvFilter::try_new(directive).is_ok()
}

/// The recorder of the process's metrics; `render` gives them in Prometheus's format, and `run_upkeep` must be called
/// every few seconds. The recorder is one per process because the `metrics` macros find it without being told.
pub fn metrics_recorder() -> Result<PrometheusHandle, TelemetryError> {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = RECORDER.get() {
        return Ok(handle.clone());
    }
    let suffix = |suffix: &str| Matcher::Suffix(suffix.to_owned());
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(suffix("_seconds"), &SECONDS)?
        .set_buckets_for_metric(suffix("_items"), &ITEMS)?
        .build_recorder();
    let handle = RECORDER.get_or_init(|| {
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("the metrics of this process have another recorder; /metrics will be empty");
        }
        handle
    });
    Ok(handle.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_logs_in_all_or_per_module() {
        for good in ["info", "warn", "INFO", "off", "info,binhyen::db=debug"] {
            assert!(is_level(good), "{good}");
        }
        for bad in ["", " ", "loud", "info,", "binhyen", "info,binhyen::db=loud", "a=b=c"] {
            assert!(!is_level(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_counted_is_rendered_by_every_handle() {
        let first = metrics_recorder().unwrap();
        let second = metrics_recorder().unwrap();
        metrics::counter!("binhyen_test_total").increment(2);
        metrics::histogram!("binhyen_test_seconds").record(0.004);
        metrics::histogram!("binhyen_test_items").record(3.0);
        for text in [first.render(), second.render()] {
            assert!(text.contains("binhyen_test_total 2"), "{text}");
            assert!(text.contains("binhyen_test_seconds_bucket{le=\"0.005\"} 1"), "{text}");
            assert!(text.contains("binhyen_test_items_bucket{le=\"4\"} 1"), "{text}");
        }
    }
}
