// SPDX-License-Identifier: Apache-2.0

//! Errors in one line.

/// The error with all its sources, outermost first.
pub fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{said}")]
    struct Said {
        said: &'static str,
        source: Option<Box<Said>>,
    }

    #[test]
    fn causes_follow_in_their_order() {
        let said = |said, source| Said { said, source };
        let error = said(
            "a",
            Some(Box::new(said("b", Some(Box::new(said("c", None)))))),
        );
        assert_eq!(describe(&error), "a: b: c");
        assert_eq!(describe(&said("a", None)), "a");
    }
}
