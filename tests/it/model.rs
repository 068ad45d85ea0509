//! Exported models.

use mhm::cli::files;
use mhm::hir::Pipeline;
use mhm::model;

fn exported(name: &str, text: &str, pick: impl Fn(&mhm::check::Checked) -> Pipeline) -> String {
    let (program, checked, found) = files::check(&files::Input { name: name.into(), text: text.into() });
    assert!(found.iter().all(|d| !d.is_error()), "{found:#?}");
    model::text(&program, &pick(&checked), "moons", &["Exported.".into()]).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn show() {
    for file in ["pipelines/toy/table_2.mhm", "pipelines/digits/six_views.mhm"] {
        let text = std::fs::read_to_string(file).unwrap();
        let out =
            exported(file, &text, |c| c.experiments[0].arms[5.min(c.experiments[0].arms.len() - 1)].pipeline.clone());
        println!("{out}");
        let (_, _, found) = files::check(&files::Input { name: "x.mhm".into(), text: out });
        assert!(found.is_empty(), "{found:#?}");
    }
}
