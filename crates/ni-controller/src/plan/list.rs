// SPDX-License-Identifier: Apache-2.0

//! How a sentence lists names, however many there are.

/// How many names are listed.
const SOME: usize = 5;
/// How many more are counted.
const MOST: usize = 1000;

/// The first few of these names, and how many more there are. `None` where there are none.
pub fn some_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut names = names.into_iter();
    let listed: Vec<&str> = names.by_ref().take(SOME).collect();
    let more = names.take(MOST + 1).count();
    let listed = (!listed.is_empty()).then(|| listed.join(", "))?;
    Some(match more {
        0 => listed,
        1..=MOST => format!("{listed} and {more} more"),
        _ => format!("{listed} and more than {MOST} more"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_names_are_listed_and_many_are_counted() {
        for (count, expected) in [
            (0, None),
            (1, Some("a")),
            (5, Some("a, a, a, a, a")),
            (6, Some("a, a, a, a, a and 1 more")),
            (1005, Some("a, a, a, a, a and 1000 more")),
            (1_000_000, Some("a, a, a, a, a and more than 1000 more")),
        ] {
            let listed = some_of(std::iter::repeat_n("a", count));
            assert_eq!(listed.as_deref(), expected, "{count}");
        }
    }
}
