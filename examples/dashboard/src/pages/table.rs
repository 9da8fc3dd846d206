//! A table that becomes a list of cards on a small screen.
//!
//! The cards are made by the style sheet alone. The roles are written out because a browser forgets that a table is
//! one when its `display` changes.

use maud::{Markup, html};

/// The table: what it is, its columns, and its [`row`]s.
pub(super) fn table(caption: &str, columns: &[&str], rows: impl Iterator<Item = Markup>) -> Markup {
    html! {
        table role="table" {
            caption.hidden { (caption) }
            thead role="rowgroup" {
                tr role="row" { @for column in columns { th scope="col" role="columnheader" { (column) } } }
            }
            tbody role="rowgroup" { @for row in rows { (row) } }
        }
    }
}

/// A row: the cell that names it, and the cells after it. The columns label the cells once they are a card.
pub(super) fn row(head: &Markup, cells: &[Markup], columns: &[&str]) -> Markup {
    html! {
        tr role="row" {
            th scope="row" role="rowheader" { (head) }
            @for (cell, column) in cells.iter().zip(columns.iter().skip(1)) {
                td role="cell" data-label=(column) { div { (cell) } }
            }
        }
    }
}
