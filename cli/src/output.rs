//! Results, for people and for programs.

use std::io::{self, Write};
use std::iter;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

/// How a result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Table,
    /// One JSON object, or a list of them
    Json,
    /// A line of names, and a line of values for each
    Csv,
}

/// Writes a flat result: an object without objects or lists in it.
pub(crate) fn write(to: &mut impl Write, format: Format, result: &impl Serialize) -> io::Result<()> {
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *to, result)?;
            writeln!(to)
        }
        Format::Table => {
            let members = members(result)?;
            let width = members.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
            members.iter().try_for_each(|(name, value)| writeln!(to, "{:width$}  {value}", name.replace('_', " ")))
        }
        Format::Csv => {
            let (names, values): (Vec<_>, Vec<_>) = members(result)?.into_iter().unzip();
            let line = |cells: Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
            writeln!(to, "{}\n{}", line(names), line(values))
        }
    }
}

/// One row of a list. Its columns are known without a row, for a list that is empty has a header too.
pub(crate) trait Row: Serialize {
    /// The names of all its fields, in their order. None of them holds an object or a list.
    const COLUMNS: &'static [&'static str];
}

/// Writes a list of flat rows.
///
/// A table shortens what is long, except in the last column; the other formats hold all of it.
pub(crate) fn rows<R: Row>(to: &mut impl Write, format: Format, rows: &[R]) -> io::Result<()> {
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *to, rows)?;
            writeln!(to)
        }
        Format::Table => {
            let heading = R::COLUMNS.iter().map(|name| name.replace('_', " ")).collect();
            let lines = rows.iter().map(|row| Ok(cells(row)?.into_iter().map(shown).collect()));
            let lines: Vec<Vec<String>> = iter::once(Ok(heading)).chain(lines).collect::<io::Result<_>>()?;
            aligned(to, &lines)
        }
        Format::Csv => {
            let heading = R::COLUMNS.iter().map(|name| (*name).to_owned()).collect();
            let lines = rows.iter().map(|row| Ok(cells(row)?.into_iter().map(Option::unwrap_or_default).collect()));
            iter::once(Ok(heading)).chain(lines).try_for_each(|cells: io::Result<Vec<_>>| {
                let cells: Vec<_> = cells?.iter().map(|cell| quoted(cell)).collect();
                writeln!(to, "{}", cells.join(","))
            })
        }
    }
}

/// Writes the list, if there is one, in place of the result.
pub(crate) fn rows_or<R: Row>(
    to: &mut impl Write,
    format: Format,
    listed: Option<&[R]>,
    result: &impl Serialize,
) -> io::Result<()> {
    match listed {
        Some(listed) => rows(to, format, listed),
        None => write(to, format, result),
    }
}

/// The values of a row in the order of its columns; `None` where there is none.
fn cells<R: Row>(row: &R) -> io::Result<Vec<Option<String>>> {
    let row = serde_json::to_value(row)?;
    let named = |name: &&str| match row.get(*name) {
        Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Ok(Some(other.to_string())),
        None => Err(io::Error::other(format!("a row has no field {name}"))),
    };
    if row.as_object().map(serde_json::Map::len) != Some(R::COLUMNS.len()) {
        return Err(io::Error::other("a row has other fields than its columns"));
    }
    R::COLUMNS.iter().map(named).collect()
}

/// Lines of cells, one column under the other.
fn aligned(to: &mut impl Write, lines: &[Vec<String>]) -> io::Result<()> {
    let columns = lines.first().map(Vec::len).unwrap_or_default();
    let widest = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    // What is last in a line needs no room after it.
    let widths: Vec<usize> =
        (0..columns).map(|column| if column + 1 == columns { 0 } else { widest(column).min(WIDE) }).collect();
    for line in lines {
        let mut text = String::new();
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let cell = if column + 1 == columns { cell.clone() } else { shortened(cell) };
            text.push_str(&format!("{cell:width$}  "));
        }
        writeln!(to, "{}", text.trim_end())?;
    }
    Ok(())
}

/// A cell as a terminal may show it. Names come from strangers, so nothing in them steers it.
fn shown(cell: Option<String>) -> String {
    match cell {
        Some(cell) if !cell.is_empty() => cell.replace(|c: char| c.is_control(), " "),
        _ => "-".to_owned(),
    }
}

/// The beginning of a cell, with a sign that it goes on.
fn shortened(cell: &str) -> String {
    match cell.char_indices().nth(WIDE) {
        Some(_) => cell.chars().take(WIDE - 1).chain(['…']).collect(),
        None => cell.to_owned(),
    }
}

/// Names and values in the order of the result's own fields.
fn members(result: &impl Serialize) -> io::Result<Vec<(String, String)>> {
    let text = serde_json::to_string(result)?;
    let ordered: Ordered = serde_json::from_str(&text)?;
    Ok(ordered.0)
}

/// A CSV cell (RFC 4180 §2). A spreadsheet would run what begins like a formula, and some ids are chosen by strangers: an
/// apostrophe makes it a text.
fn quoted(cell: &str) -> String {
    let is_formula =
        cell.len() > 1 && cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if is_formula {
        return quoted(&format!("'{cell}"));
    }
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// An object as it was written: a map would sort it.
struct Ordered(Vec<(String, String)>);

impl<'de> serde::Deserialize<'de> for Ordered {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = Ordered;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut access: A) -> Result<Ordered, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    let text = match value {
                        Value::String(text) => text,
                        other => other.to_string(),
                    };
                    members.push((name, text));
                }
                Ok(Ordered(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// How wide a column of a table becomes: as wide as an id in hexadecimal with hyphens, and a bit.
const WIDE: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Result {
        zebra: &'static str,
        how_many: u64,
    }

    fn written(format: Format, zebra: &'static str) -> String {
        let mut to = Vec::new();
        write(&mut to, format, &Result { zebra, how_many: 7 }).unwrap();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn each_format_keeps_the_order_of_the_fields() {
        insta::assert_snapshot!(written(Format::Table, "striped"), @r"
        zebra     striped
        how many  7
        ");
        insta::assert_snapshot!(written(Format::Json, "striped"), @r#"
        {
          "zebra": "striped",
          "how_many": 7
        }
        "#);
        assert_eq!(written(Format::Csv, "striped"), "zebra,how_many\nstriped,7\n");
        for (formula, cell) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("-x", "'-x"), ("-7", "-7"), ("+a,b", "\"'+a,b\"")] {
            assert_eq!(written(Format::Csv, formula), format!("zebra,how_many\n{cell},7\n"));
        }
        assert_eq!(written(Format::Csv, "a \"b\", c"), "zebra,how_many\n\"a \"\"b\"\", c\",7\n");
    }

    #[derive(Serialize)]
    struct Person {
        id: u64,
        display_name: Option<&'static str>,
        why: &'static str,
    }

    impl Row for Person {
        const COLUMNS: &'static [&'static str] = &["id", "display_name", "why"];
    }

    const PEOPLE: [Person; 3] = [
        Person { id: 7, display_name: Some("Ada, \u{1b}[31mCountess\u{1b}[0m"), why: "the same object id" },
        Person { id: 1024, display_name: None, why: "" },
        Person {
            id: 3,
            display_name: Some("Wolfeschlegelsteinhausenbergerdorff, Hubert"),
            why: "nothing says so; ask a person who knows both of them, and write down who it was",
        },
    ];

    fn listed(format: Format, people: &[Person]) -> String {
        let mut to = Vec::new();
        rows(&mut to, format, people).unwrap();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn a_table_is_aligned_and_nothing_in_it_steers_the_terminal() {
        insta::assert_snapshot!(listed(Format::Table, &PEOPLE), @r"
        id    display name                              why
        7     Ada,  [31mCountess [0m                    the same object id
        1024  -                                         -
        3     Wolfeschlegelsteinhausenbergerdorff, Hu…  nothing says so; ask a person who knows both of them, and write down who it was
        ");
    }

    #[test]
    fn programs_get_every_cell_whole() {
        insta::assert_snapshot!(listed(Format::Csv, &PEOPLE[1..]), @r#"
        id,display_name,why
        1024,,
        3,"Wolfeschlegelsteinhausenbergerdorff, Hubert","nothing says so; ask a person who knows both of them, and write down who it was"
        "#);
        insta::assert_snapshot!(listed(Format::Json, &PEOPLE[1..2]), @r#"
        [
          {
            "id": 1024,
            "display_name": null,
            "why": ""
          }
        ]
        "#);
    }

    #[test]
    fn a_list_without_rows_still_tells_its_columns() {
        assert_eq!(listed(Format::Table, &[]), "id  display name  why\n");
        assert_eq!(listed(Format::Csv, &[]), "id,display_name,why\n");
        assert_eq!(listed(Format::Json, &[]), "[]\n");
    }

    #[test]
    fn a_row_that_is_not_as_its_columns_say_is_refused() {
        #[derive(Serialize)]
        struct Grown {
            id: u64,
            added: u64,
        }

        impl Row for Grown {
            const COLUMNS: &'static [&'static str] = &["id"];
        }

        assert!(rows(&mut Vec::new(), Format::Csv, &[Grown { id: 1, added: 2 }]).is_err());
    }
}
