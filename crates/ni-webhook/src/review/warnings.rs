// SPDX-License-Identifier: Apache-2.0

//! Warnings as the API server passes them on.

use super::response::clip;

/// Characters of all warnings together; beyond, the API server cuts each (apiserver, `filters/warning.go`).
const MOST: usize = 4096;
/// Characters of one; longer ones may be cut (admission.k8s.io/v1, `AdmissionResponse.warnings`).
const LONGEST: usize = 256;
/// Characters kept for saying how many more there are.
const REST: usize = 64;

/// The warnings in one line each, no longer than the API server lets through, and as many as it does; the last one then
/// counts those left out. The API server drops a warning with control characters in it.
pub(super) fn passable(warnings: &[String]) -> Vec<String> {
    let mut said = Vec::new();
    let mut room = MOST - REST;
    for (index, warning) in warnings.iter().enumerate() {
        let line = warning.replace(char::is_control, " ");
        let line = clip(&line, LONGEST).into_owned();
        let length = line.chars().count();
        if length > room {
            said.push(format!("and {} more warnings", warnings.len() - index));
            break;
        }
        room -= length;
        said.push(line);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_short_ones_stay() {
        let warnings = ["a".to_owned(), "b \"c\"".to_owned()];
        assert_eq!(passable(&warnings), warnings);
        assert!(passable(&[]).is_empty());
    }

    #[test]
    fn control_characters_become_blanks() {
        assert_eq!(passable(&["a\nb\u{7f}".to_owned()]), ["a b "]);
    }

    #[test]
    fn long_and_many_ones_stay_within_what_the_api_server_takes() {
        let warnings = vec!["ü".repeat(1000); 100];
        let said = passable(&warnings);
        assert!(said.iter().all(|line| line.chars().count() <= LONGEST));
        assert!(said.iter().map(|line| line.chars().count()).sum::<usize>() <= MOST);
        assert_eq!(said.len(), 16);
        assert_eq!(said[15], "and 85 more warnings");
    }
}
