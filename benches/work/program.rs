//! A long program without a mistake. Owns the unit it repeats: a block, a network, a schedule, a dataset, a pipeline and an
//! experiment of four arms.

/// 43 lines that check by themselves.
pub const UNIT: &str = include_str!("unit.mhm");

/// At least so many lines: the unit again and again, its items called by another number each time.
pub fn program(lines: usize) -> String {
    let (uses, items) = UNIT.split_once("\n\n").expect("`use`, a blank line, items");
    let mut text = format!("{uses}\n");
    let mut count = 1;
    for number in 0.. {
        if count >= lines {
            break;
        }
        text += &format!("\n{}", items.replace("_0", &format!("_{number}")));
        count += 1 + items.lines().count();
    }
    text
}
