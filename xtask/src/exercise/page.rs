// SPDX-License-Identifier: Apache-2.0

//! What the page says of an exercise: its words stand there alone, and are read from it.

use super::Exercise;

const PAGE: &str = include_str!("../../../docs/exercises.md");

/// What is said of an exercise before it is answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    /// Its heading.
    pub title: &'static str,
    /// What has happened.
    pub situation: &'static str,
    /// What is asked.
    pub question: &'static str,
}

impl Exercise {
    /// What the page says of it.
    pub fn text(&self) -> Option<Text> {
        let command = format!("```sh\ncargo xtask exercise {}\n```\n", self.name);
        // Before the first heading the page shows a command, too.
        let mut sections = PAGE.split("\n## ").skip(1);
        let (before, after) = sections.find_map(|section| section.split_once(&command))?;
        let (title, situation) = before.split_once('\n')?;
        let question = after.trim().split("\n\n").next()?;
        Some(Text {
            title,
            situation: situation.trim(),
            question,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::ALL;
    use super::*;

    #[test]
    fn the_page_has_each_exercise_with_situation_and_question() {
        for exercise in ALL {
            let text = exercise.text().expect(exercise.name);
            assert!(text.question.starts_with("**Question.** "), "{text:?}");
            assert!(
                !text.situation.is_empty() && !text.situation.contains("```"),
                "{text:?}"
            );
        }
        assert_eq!(PAGE.matches("\n**Question.** ").count(), ALL.len());
    }
}
