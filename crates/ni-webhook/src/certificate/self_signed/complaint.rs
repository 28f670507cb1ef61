// SPDX-License-Identifier: Apache-2.0

//! One log line per trouble, and not one per attempt.

/// The trouble that was last told of.
#[derive(Debug, Default)]
pub struct Complaint(Option<String>);

/// What is to be told.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing new.
    None,
    /// There is trouble, or another than before.
    Worse(String),
    /// There is none any more.
    Well,
}

impl Complaint {
    /// What is to be told, where this is the trouble now.
    pub fn news(&mut self, now: Option<String>) -> News {
        if self.0 == now {
            return News::None;
        }
        self.0.clone_from(&now);
        now.map_or(News::Well, News::Worse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_is_told_once_and_so_is_its_end() {
        let mut complaint = Complaint::default();
        let worse = |text: &str| News::Worse(text.to_owned());
        let cases = [
            (None, News::None),
            (Some("a"), worse("a")),
            (Some("a"), News::None),
            (Some("b"), worse("b")),
            (None, News::Well),
            (None, News::None),
            (Some("b"), worse("b")),
        ];
        for (now, expected) in cases {
            assert_eq!(complaint.news(now.map(str::to_owned)), expected, "{now:?}");
        }
    }
}
