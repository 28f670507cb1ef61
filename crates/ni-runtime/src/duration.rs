// SPDX-License-Identifier: Apache-2.0

//! Durations, as flags take them.

use std::time::Duration;

use k8s_openapi::jiff::SpanRelativeTo;
use k8s_openapi::jiff::fmt::friendly::SpanParser;

/// The longest that a flag takes, a hundred years: added to a time of today, it stays one.
const LONGEST: Duration = Duration::from_hours(100 * 365 * 24);

/// A duration such as `100ms`, `90s`, `5m`, `1h30m` or `90d`. A day has 24 hours.
///
/// # Errors
/// Says how to write one.
pub fn duration(text: &str) -> Result<Duration, String> {
    let span = SpanParser::new().parse_span(text).ok();
    let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let Some(duration) = duration else {
        return Err(format!(
            "{text:?} is not a duration: write 100ms, 90s, 5m, 1h30m or 90d"
        ));
    };
    let Ok(duration) = Duration::try_from(duration) else {
        return Err(format!("{text:?} is negative"));
    };
    if duration > LONGEST {
        return Err(format!("{text:?} is more than a hundred years"));
    }
    Ok(duration)
}
