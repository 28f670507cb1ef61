// SPDX-License-Identifier: Apache-2.0

//! The commands of a shell script: as much of the shell's grammar as documents use.

/// A command: its line in the script, from 0, and its words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) line: usize,
    pub(crate) words: Vec<String>,
}

/// The commands of `script`, quotes taken off, without what the shell keeps to itself: comments, keywords, assignments,
/// texts that follow `<<`.
pub(crate) fn commands(script: &str) -> Vec<Line> {
    let mut reader = Reader {
        rest: script.chars().collect(),
        at: 0,
        line: 0,
        begun: 0,
        words: Vec::new(),
        word: None,
        ends: Vec::new(),
        found: Vec::new(),
    };
    while let Some(c) = reader.next() {
        reader.take(c);
    }
    reader.end_command();
    reader.found
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    line: usize,
    /// The line where the command under way began.
    begun: usize,
    words: Vec<String>,
    word: Option<String>,
    /// What ends the texts that begin at the next line.
    ends: Vec<String>,
    found: Vec<Line>,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let c = *self.rest.get(self.at)?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn take(&mut self, c: char) {
        match c {
            '\\' => match self.next() {
                Some('\n') | None => {}
                Some(c) => self.push(c),
            },
            '\'' => self.quoted('\''),
            '"' => self.quoted('"'),
            '$' if self.peek() == Some('(') => self.substitution(),
            '#' if self.word.is_none() => self.comment(),
            '<' if self.peek() == Some('<') => self.here(),
            // As in `2>&1`.
            '&' if self.word.as_ref().is_some_and(|word| word.ends_with('>')) => self.push('&'),
            ';' | '|' | '&' | '(' | ')' => self.end_command(),
            '\n' => {
                self.end_command();
                self.skip_texts();
            }
            c if c.is_whitespace() => self.end_word(),
            c => self.push(c),
        }
    }

    fn push(&mut self, c: char) {
        if self.words.is_empty() && self.word.is_none() {
            self.begun = self.line;
        }
        self.word.get_or_insert_default().push(c);
    }

    fn quoted(&mut self, end: char) {
        if self.words.is_empty() && self.word.is_none() {
            self.begun = self.line;
        }
        self.word.get_or_insert_default();
        while let Some(c) = self.next().filter(|c| *c != end) {
            let escaped = end == '"' && c == '\\';
            if let Some(c) = if escaped { self.next() } else { Some(c) } {
                self.push(c);
            }
        }
    }

    /// `$(…)`, kept as it stands.
    fn substitution(&mut self) {
        self.push('$');
        let mut depth = 0_usize;
        while let Some(c) = self.next() {
            self.push(c);
            match c {
                '(' => depth += 1,
                ')' if depth == 1 => return,
                ')' => depth -= 1,
                _ => {}
            }
        }
    }

    fn comment(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.next();
        }
    }

    /// `<<END`, `<<'END'`.
    fn here(&mut self) {
        self.end_word();
        self.next();
        let mut end = String::new();
        while let Some(c) = self
            .peek()
            .filter(|c| !c.is_whitespace() && !";|&)".contains(*c))
        {
            self.next();
            if !"'\"".contains(c) {
                end.push(c);
            }
        }
        self.ends.push(end);
    }

    fn skip_texts(&mut self) {
        for end in std::mem::take(&mut self.ends) {
            loop {
                let mut line = String::new();
                while let Some(c) = self.next().filter(|c| *c != '\n') {
                    line.push(c);
                }
                if line == end || self.at >= self.rest.len() {
                    break;
                }
            }
        }
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        let words = std::mem::take(&mut self.words).into_iter();
        let words: Vec<String> = words.skip_while(|word| is_shells_own(word)).collect();
        if !words.is_empty() {
            self.found.push(Line {
                line: self.begun,
                words,
            });
        }
    }
}

/// A keyword before a command, or an assignment.
fn is_shells_own(word: &str) -> bool {
    let keyword = [
        "do", "then", "else", "if", "while", "until", "!", "{", "time", "exec", "sudo",
    ]
    .contains(&word);
    let assigned = word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    keyword || assigned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_a_shell_reads_them() {
        let cases: &[(&str, &[&[&str]])] = &[
            ("one two # three", &[&["one", "two"]]),
            (
                "a 'b c' \"d e\" f\\ g ''",
                &[&["a", "b c", "d e", "f g", ""]],
            ),
            ("a \\\n  b", &[&["a", "b"]]),
            (
                "a | b && c; d & e",
                &[&["a"], &["b"], &["c"], &["d"], &["e"]],
            ),
            ("A=1 B=two run C=3", &[&["run", "C=3"]]),
            (
                "for x in 1 2; do run $x; done",
                &[&["for", "x", "in", "1", "2"], &["run", "$x"], &["done"]],
            ),
            (
                "run x=\"$(date +%s; true)\" y",
                &[&["run", "x=$(date +%s; true)", "y"]],
            ),
            ("run $(a | b) c", &[&["run", "$(a | b)", "c"]]),
            (
                "apply -f - <<'EOF' | tee\nkind: a\nb; c\nEOF\nnext",
                &[&["apply", "-f", "-"], &["tee"], &["next"]],
            ),
            ("run 2>&1 >file", &[&["run", "2>&1", ">file"]]),
            ("run '{\"a\":\n 1}'", &[&["run", "{\"a\":\n 1}"]]),
            ("run <<EOF\nnever ended", &[&["run"]]),
        ];
        for (script, expected) in cases {
            let words: Vec<_> = commands(script)
                .into_iter()
                .map(|line| line.words)
                .collect();
            assert_eq!(words, *expected, "{script}");
        }
    }

    #[test]
    fn a_command_knows_the_line_where_it_begins() {
        let lines: Vec<_> = commands("\none \\\n  more\n\n'two'\n")
            .into_iter()
            .map(|line| line.line)
            .collect();
        assert_eq!(lines, [1, 4]);
    }
}
