// SPDX-License-Identifier: Apache-2.0

//! What the Secret holds, and how: keys like those of `kubernetes.io/tls`, and the same with `next-` for the successor.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use k8s_openapi::ByteString;
use k8s_openapi::jiff::Timestamp;

use super::pair::Pair;

/// Keys and values of a Secret.
pub type Data = BTreeMap<String, ByteString>;

/// Keys of CA, certificate and key of the pair in use, then of the next.
const CURRENT: [&str; 3] = ["ca.crt", "tls.crt", "tls.key"];
const NEXT: [&str; 3] = ["next-ca.crt", "next-tls.crt", "next-tls.key"];

/// Since when all configurations are known to trust the next CA, as RFC 3339 has it.
const TRUSTED_SINCE: &str = "next-trusted-since";

/// What the replicas share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The pair in use.
    pub current: Pair,
    /// The pair that follows it, while one is replaced by the other.
    pub next: Option<Next>,
}

/// A pair that is to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The pair.
    pub pair: Pair,
    /// Since when all configurations are known to trust it.
    pub trusted_since: Option<SystemTime>,
}

/// A Secret as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// There is no Secret, or it does not have our keys.
    Nothing,
    /// What is in it can't be used.
    Damaged {
        /// What is wrong.
        why: String,
        /// What still can be.
        rest: Option<Pair>,
    },
    /// All is well.
    Content(Content),
}

impl Content {
    /// Only this pair.
    pub fn of(current: Pair) -> Self {
        Self {
            current,
            next: None,
        }
    }

    /// The CAs (PEM) that whoever calls must trust.
    pub fn bundle(&self) -> String {
        let next = self.next.as_ref().map_or("", |next| next.pair.ca());
        format!("{}{next}", self.current.ca())
    }

    /// What is to be served at `now`: the next pair from `settle` after it is trusted, or where the current is expired.
    pub fn served(&self, now: SystemTime, settle: Duration) -> &Pair {
        let next = self.next.as_ref().filter(|next| {
            let expired = now > self.current.validity().not_after;
            let trusted = next
                .trusted_since
                .is_some_and(|since| now >= since + settle);
            (trusted || expired) && next.pair.validity().check(now).is_ok()
        });
        next.map_or(&self.current, |next| &next.pair)
    }

    /// Puts it into a Secret's data. Keys that are not ours stay.
    pub fn write(&self, data: &mut Data) {
        for key in CURRENT.iter().chain(&NEXT).chain([&TRUSTED_SINCE]) {
            data.remove(*key);
        }
        put(data, CURRENT, &self.current);
        let Some(next) = &self.next else { return };
        put(data, NEXT, &next.pair);
        let since = next
            .trusted_since
            .and_then(|since| Timestamp::try_from(since).ok());
        if let Some(since) = since {
            let text = since.to_string().into_bytes();
            data.insert(TRUSTED_SINCE.to_owned(), ByteString(text));
        }
    }
}

fn put(data: &mut Data, keys: [&str; 3], pair: &Pair) {
    for (key, text) in keys
        .into_iter()
        .zip([pair.ca(), pair.certificate(), pair.key()])
    {
        data.insert(key.to_owned(), ByteString(text.as_bytes().to_vec()));
    }
}

impl Stored {
    /// Reads a Secret's data. Empty values count as absent, as a Secret of type `kubernetes.io/tls` must have the keys.
    pub fn read(data: &Data) -> Self {
        match (pair(data, CURRENT), next(data)) {
            (Ok(None), Ok(None)) => Self::Nothing,
            (Ok(Some(current)), Ok(next)) => Self::Content(Content { current, next }),
            (current, next) => {
                let why = match (&current, &next) {
                    (Err(why), _) | (_, Err(why)) => why.clone(),
                    _ => format!("{} is not there", CURRENT.join(", ")),
                };
                let next = next.ok().flatten().map(|next| next.pair);
                let rest = current.ok().flatten().or(next);
                Self::Damaged { why, rest }
            }
        }
    }
}

fn value<'a>(data: &'a Data, key: &str) -> &'a [u8] {
    data.get(key).map_or(&[], |value| &value.0)
}

fn pair(data: &Data, keys: [&str; 3]) -> Result<Option<Pair>, String> {
    let [ca, certificate, key] = keys.map(|key| value(data, key));
    if [ca, certificate, key].iter().all(|value| value.is_empty()) {
        return Ok(None);
    }
    let read = Pair::read(ca, certificate, key);
    read.map(Some)
        .map_err(|error| format!("{}: {error}", keys.join(", ")))
}

fn next(data: &Data) -> Result<Option<Next>, String> {
    let text = value(data, TRUSTED_SINCE);
    let since = if text.is_empty() {
        None
    } else {
        let text = String::from_utf8_lossy(text);
        let time: Timestamp = text
            .trim()
            .parse()
            .map_err(|error| format!("{TRUSTED_SINCE}: {text:?} is not a time: {error}"))?;
        Some(SystemTime::from(time))
    };
    let next = pair(data, NEXT)?;
    Ok(next.map(|pair| Next {
        pair,
        trusted_since: since,
    }))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::super::make;
    use super::super::pair::tests::hosts;
    use super::*;

    fn made() -> Pair {
        let hour = Duration::from_hours(1);
        make::pair(&hosts(&["a"]), SystemTime::now(), hour).expect("a pair")
    }

    fn following(trusted_since: Option<SystemTime>) -> Content {
        let next = Next {
            pair: made(),
            trusted_since,
        };
        Content {
            current: made(),
            next: Some(next),
        }
    }

    fn written(content: &Content) -> Data {
        let mut data = Data::new();
        content.write(&mut data);
        data
    }

    #[test]
    fn what_is_written_is_read() {
        let since = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for content in [Content::of(made()), following(None), following(Some(since))] {
            assert_eq!(Stored::read(&written(&content)), Stored::Content(content));
        }
    }

    #[test]
    fn what_is_over_is_removed_and_what_is_not_ours_stays() {
        let mut data = written(&following(Some(UNIX_EPOCH)));
        data.insert("other".to_owned(), ByteString(b"kept".to_vec()));
        let content = Content::of(made());
        content.write(&mut data);
        assert_eq!(data.len(), 4);
        assert_eq!(data["other"].0, b"kept");
        assert_eq!(Stored::read(&data), Stored::Content(content));
    }

    #[test]
    fn empty_values_are_nothing() {
        assert_eq!(Stored::read(&Data::new()), Stored::Nothing);
        let empty =
            ["tls.crt", "tls.key", "other"].map(|key| (key.to_owned(), ByteString(Vec::new())));
        assert_eq!(Stored::read(&Data::from(empty)), Stored::Nothing);
    }

    #[test]
    fn damage_is_named_and_what_is_left_is_used() {
        let content = following(None);
        let (current, next) = (&content.current, &content.next.as_ref().expect("next").pair);
        let cases = [
            ("tls.crt", "x", "tls.crt", next),
            ("tls.key", "", "the key is not valid PEM", next),
            ("ca.crt", next.ca(), "did not sign", next),
            ("next-tls.key", "x", "next-tls.key", current),
            ("next-trusted-since", "soon", "is not a time", current),
        ];
        for (key, value, expected, rest) in cases {
            let mut data = written(&content);
            data.insert(key.to_owned(), ByteString(value.as_bytes().to_vec()));
            let Stored::Damaged { why, rest: left } = Stored::read(&data) else {
                panic!("{key} = {value:?} is no damage");
            };
            assert!(why.contains(expected), "{why:?} lacks {expected:?}");
            assert_eq!(left.as_ref(), Some(rest), "{key}");
        }
    }

    #[test]
    fn a_next_without_a_current_is_damage() {
        let content = following(None);
        let mut data = written(&content);
        for key in CURRENT {
            data.remove(key);
        }
        let Stored::Damaged { why, rest } = Stored::read(&data) else {
            panic!("{data:?}");
        };
        assert!(why.contains("is not there"), "{why}");
        assert_eq!(rest, content.next.map(|next| next.pair));
    }
}
