//! Results, for people and for programs.

use std::io::{self, Write};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

/// How a result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Table,
    /// One JSON object
    Json,
    /// A line of names and a line of values
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

/// Names and values in the order of the result's own fields.
fn members(result: &impl Serialize) -> io::Result<Vec<(String, String)>> {
    let text = serde_json::to_string(result)?;
    let ordered: Ordered = serde_json::from_str(&text)?;
    Ok(ordered.0)
}

/// A CSV cell (RFC 4180 §2).
fn quoted(cell: &str) -> String {
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
        assert_eq!(written(Format::Csv, "a \"b\", c"), "zebra,how_many\n\"a \"\"b\"\", c\",7\n");
    }
}
