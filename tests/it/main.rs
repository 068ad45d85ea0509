//! The one test binary: what the program promises, seen from outside.

#![allow(clippy::disallowed_methods, reason = "tests hold durations against limits")]

mod absent;
mod batches;
mod begin;
mod changed;
mod check;
mod cli;
mod data;
mod detections;
mod doors;
mod ends;
mod experiments;
mod explain;
mod faults;
mod fix;
mod fuzz;
mod golden;
mod helps;
mod house;
mod keep;
mod limits;
mod links;
mod lint;
mod measures;
mod memory;
mod model;
mod networks;
mod plan;
mod predicting;
mod readme;
mod report;
mod resume;
mod runs;
mod sharing;
mod smoke;
mod soak;
mod statements;
mod stdlib;
mod store;
mod syntax;
mod training;
mod undefined;
mod verify;
mod words;
mod zz_needs;
