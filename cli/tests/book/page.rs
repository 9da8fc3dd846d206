//! The pages, and what is fenced in them.

use std::fs;
use std::path::{Path, PathBuf};

/// A page of the book.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) name: String,
    text: String,
}

/// Something between two fences.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    /// Page and line, as a complaint names them.
    pub(crate) place: String,
    /// What stands behind the fence, such as `rust,no_run`.
    pub(crate) language: &'a str,
    pub(crate) text: String,
    /// By how much it stands to the right: in a list.
    indent: usize,
    /// The comment in the line before, such as `text: why nothing runs it`.
    pub(crate) note: Option<&'a str>,
}

/// The pages about the move.
pub(crate) fn all() -> Vec<Page> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/azure-to-entra");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| Page {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: fs::read_to_string(&path).unwrap(),
    };
    paths.into_iter().map(read).collect()
}

impl Page {
    pub(crate) fn blocks(&self) -> Vec<Block<'_>> {
        let (mut blocks, mut open): (Vec<Block<'_>>, Option<Block<'_>>) = (Vec::new(), None);
        let mut before = "";
        for (number, line) in self.text.lines().enumerate() {
            let fence = line.trim_start().strip_prefix("```");
            match (&mut open, fence) {
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => {
                    block.text.push_str(line.get(block.indent..).unwrap_or_default());
                    block.text.push('\n');
                }
                (None, Some(language)) => {
                    let note = before.strip_prefix("<!--").and_then(|note| note.strip_suffix("-->")).map(str::trim);
                    let place = format!("{}:{}", self.name, number + 1);
                    let indent = line.len() - line.trim_start().len();
                    open = Some(Block { place, language, text: String::new(), indent, note });
                }
                (None, None) => {}
            }
            before = line.trim();
        }
        assert!(open.is_none(), "{}: a fence is left open", self.name);
        blocks
    }

    /// What stands in backticks in the running text.
    pub(crate) fn words(&self) -> Vec<&str> {
        let prose = self.text.split("```").step_by(2);
        prose.flat_map(|prose| prose.split('`').skip(1).step_by(2)).collect()
    }
}
