//! admit in front of plain tower services, as browsers and programs meet it.

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod layer;
#[cfg(test)]
mod mount;
#[cfg(test)]
mod support;
