//! What is put in the way of a folder: links, pipes, other names; before a look, and between a look and a use.

use super::*;
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A folder to work in, one outside of it with a file and a folder in it, and what both are in.
struct House {
    at: PathBuf,
    inside: Folder,
}

impl House {
    fn new(name: &str) -> Self {
        let at = std::env::temp_dir().join(format!("mhm-folder-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&at);
        fs::create_dir_all(at.join("outside/deep")).unwrap();
        fs::write(at.join("outside/precious.txt"), "precious\n").unwrap();
        fs::write(at.join("outside/deep/precious.txt"), "precious\n").unwrap();
        let inside = Folder::make_plain(&at.join("inside")).unwrap();
        Self { at, inside }
    }

    fn link(&self, name: &str, to: &str) {
        symlink(self.at.join(to), self.at.join("inside").join(name)).unwrap();
    }

    /// What is outside is as it was.
    fn is_untouched(&self) -> bool {
        let names = |path: &str| {
            let mut names: Vec<_> = fs::read_dir(self.at.join(path)).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let texts = ["outside/precious.txt", "outside/deep/precious.txt"].map(|f| fs::read_to_string(self.at.join(f)));
        names("outside") == ["deep", "precious.txt"]
            && names("outside/deep") == ["precious.txt"]
            && texts.iter().all(|text| text.as_deref().is_ok_and(|text| text == "precious\n"))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.at);
    }
}

fn said<T: fmt::Debug>(result: io::Result<T>) -> String {
    result.expect_err("it is refused").to_string()
}

#[test]
fn files_come_back_and_are_replaced_whole() {
    let house = House::new("plain");
    let folder = house.inside.make_below("runs").unwrap();
    assert_eq!(folder.read("a", 10).unwrap(), None);
    folder.write("a", b"one").unwrap();
    folder.write_all(&[("a", b"two".as_slice()), ("b", b"three")]).unwrap();
    assert_eq!(folder.read("a", 10).unwrap().as_deref(), Some(b"two".as_slice()));
    assert!(said(folder.read("b", 4)).contains("it has 5 bytes, more than the 4"));
    folder.append("lines", "1").unwrap();
    fs::write(folder.path().join("torn"), "half").unwrap();
    folder.append("torn", "whole").unwrap();
    assert_eq!(folder.read("torn", 99).unwrap().as_deref(), Some(b"half\nwhole\n".as_slice()));
    assert_eq!((folder.total(), house.inside.total()), (3 + 5 + 2 + 11, 21));
    assert_eq!(folder.set_aside("a").unwrap(), folder.path().join("a.damaged"));
    let names: Vec<_> = folder.list().unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["a.damaged", "b", "lines", "torn"]);
    house.inside.remove_folder("runs").unwrap();
    assert_eq!(house.inside.list().unwrap(), []);
}

#[test]
fn names_lead_nowhere_else() {
    let house = House::new("names");
    let outside = house.at.join("outside/precious.txt");
    for name in ["", ".", "..", "../outside/precious.txt", "a/b", "a/", "/etc/passwd", outside.to_str().unwrap()] {
        assert!(said(house.inside.read(name, 99)).contains("is no name of a file in a folder"), "{name}");
        let refused = [
            house.inside.write(name, b"x").is_err(),
            house.inside.append(name, "x").is_err(),
            house.inside.remove_file(name).is_err(),
            house.inside.remove_folder(name).is_err(),
            house.inside.set_aside(name).is_err(),
            house.inside.below(name).is_err(),
            house.inside.make_below(name).is_err(),
        ];
        assert_eq!(refused, [true; 7], "{name}");
        assert!(!house.inside.has_file(name));
    }
    assert!(house.is_untouched());
}

#[test]
fn links_are_not_followed() {
    let house = House::new("links");
    house.link("file", "outside/precious.txt");
    house.link("folder", "outside");
    house.link("nowhere", "outside/new.txt");
    for name in ["file", "folder", "nowhere"] {
        assert!(
            said(house.inside.read(name, 99)).contains("it is a symbolic link, and none is followed here"),
            "{name}"
        );
        assert!(said(house.inside.below(name)).contains("symbolic link"), "{name}");
        assert!(said(house.inside.make_below(name)).contains("symbolic link"), "{name}");
        assert!(said(house.inside.append(name, "x")).contains("symbolic link"), "{name}");
        assert_eq!((house.inside.kind(name), house.inside.size(name)), (Some(Kind::Link), 0));
    }
    assert!(said(Folder::open_plain(&house.at.join("inside/folder"))).contains("symbolic link"));
    assert!(said(Folder::make_plain(&house.at.join("inside/folder"))).contains("symbolic link"));
    assert_eq!(house.inside.total(), 0);
    house.inside.sweep();
    // What takes a link's place is in this folder; what is removed is the link.
    house.inside.write("file", b"own").unwrap();
    house.inside.remove_folder("folder").unwrap();
    house.inside.set_aside("nowhere").unwrap();
    assert_eq!(house.inside.kind("nowhere.damaged"), Some(Kind::Link));
    assert_eq!((house.inside.kind("file"), house.inside.kind("folder")), (Some(Kind::File), None));
    // A folder with a link in it is removed, what it leads to is not.
    house.inside.make_below("run").unwrap();
    house.link("run/cells", "outside");
    house.inside.remove_folder("run").unwrap();
    assert!(house.is_untouched());
}

#[test]
fn a_folder_stays_the_one_that_was_opened() {
    let house = House::new("renamed");
    let cells = house.inside.make_below("cells").unwrap();
    fs::rename(house.at.join("inside/cells"), house.at.join("inside/moved")).unwrap();
    house.link("cells", "outside");
    cells.write("precious.txt", b"own").unwrap();
    cells.append("lines", "x").unwrap();
    cells.set_aside("precious.txt").unwrap();
    cells.remove_file("lines").unwrap();
    assert!(house.at.join("inside/moved/precious.txt.damaged").exists() && house.is_untouched());
}

#[test]
fn nothing_comes_between_a_look_and_a_use() {
    let house = House::new("swapped");
    let (stop, swaps) = (AtomicBool::new(false), AtomicU64::new(0));
    house.inside.make_below("x").unwrap().write("precious.txt", b"own\n").unwrap();
    house.inside.write("f", b"own\n").unwrap();
    house.link("y", "outside");
    house.link("g", "outside/precious.txt");
    let (mut refused, mut done) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // `x` and `f` are now a link, now not.
            let path = |name: &str| house.at.join("inside").join(name);
            while !stop.load(Ordering::Relaxed) {
                for (own, link) in [("x", "y"), ("f", "g")] {
                    let _ = fs::rename(path(own), path("z"));
                    let _ = fs::rename(path(link), path(own));
                    let _ = fs::rename(path("z"), path(link));
                }
                swaps.fetch_add(1, Ordering::Relaxed);
            }
        });
        while swaps.load(Ordering::Relaxed) < 200 || (refused == 0 || done == 0) {
            let below = house.inside.make_below("x").and_then(|x| {
                assert_eq!(
                    x.read("precious.txt", 99).map(|read| read.is_none_or(|text| text != b"precious\n")).ok(),
                    Some(true)
                );
                x.append("precious.txt", "more")?;
                x.write("precious.txt", b"own\n")?;
                x.sweep();
                x.make_below("new").and_then(|_| x.remove_folder("new"))
            });
            let file = house.inside.append("f", "more");
            if let Ok(Some(text)) = house.inside.read("f", 1 << 20) {
                assert!(!text.starts_with(b"precious"), "a link was followed");
            }
            for result in [below, file] {
                if result.is_err() { refused += 1 } else { done += 1 }
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(house.is_untouched(), "after {refused} refusals and {done} writes");
}

#[test]
fn pipes_sockets_and_folders_are_no_files_and_wait_for_nobody() {
    let house = House::new("pipes");
    let made = std::process::Command::new("mkfifo").arg(house.at.join("inside/pipe")).status();
    assert!(made.is_ok_and(|status| status.success()));
    let _socket = std::os::unix::net::UnixListener::bind(house.at.join("inside/socket")).unwrap();
    house.inside.make_below("folder").unwrap();
    for (name, kind) in [("pipe", "a pipe"), ("socket", "a socket"), ("folder", "a folder")] {
        let why = said(house.inside.read(name, 99));
        assert_eq!(why, format!("it is {kind} where a file is expected"));
        assert!(house.inside.append(name, "x").is_err() && !house.inside.has_file(name), "{name}");
    }
    house.inside.write("pipe", b"a file now").unwrap();
    assert!(house.inside.has_file("pipe"));
}

#[test]
fn a_second_name_of_a_file_keeps_it_from_being_changed() {
    let house = House::new("hard");
    fs::hard_link(house.at.join("outside/precious.txt"), house.at.join("inside/events")).unwrap();
    assert!(said(house.inside.append("events", "x")).contains("a hard link"));
    house.inside.write("events", b"own").unwrap();
    house.inside.append("events", "x").unwrap();
    assert!(house.is_untouched());
}

#[test]
fn a_folder_knows_whether_its_path_leads_to_it() {
    let house = House::new("in-place");
    let inside = house.at.join("inside");
    assert!(house.inside.is_in_place());
    fs::rename(&inside, house.at.join("elsewhere")).unwrap();
    assert!(!house.inside.is_in_place(), "renamed");
    fs::create_dir(&inside).unwrap();
    assert!(!house.inside.is_in_place(), "replaced");
    fs::remove_dir(&inside).unwrap();
    fs::write(&inside, "a file").unwrap();
    assert!(!house.inside.is_in_place(), "replaced by a file");
    fs::remove_file(&inside).unwrap();
    fs::rename(house.at.join("elsewhere"), &inside).unwrap();
    assert!(house.inside.is_in_place(), "put back");
    fs::remove_dir_all(&inside).unwrap();
    assert!(!house.inside.is_in_place(), "removed");
}

#[test]
fn a_file_that_is_put_is_another_than_before() {
    let house = House::new("put");
    let put = |text: &str| {
        let mut draft = house.inside.draft("log").unwrap();
        draft.file.write_all(text.as_bytes()).unwrap();
        draft.put().unwrap()
    };
    let (mut old, mut new) = (put("old\n"), put("new\n"));
    old.write_all(b"more of the old\n").unwrap();
    new.write_all(b"more of the new\n").unwrap();
    assert_eq!(fs::read_to_string(house.at.join("inside/log")).unwrap(), "new\nmore of the new\n");
    assert_eq!(house.inside.list().unwrap().len(), 1);
}

#[test]
fn only_what_was_in_the_making_is_swept() {
    let house = House::new("swept");
    let beside = |name: &str| house.at.join("inside").join(name);
    let draft = house.inside.draft("cell").unwrap();
    let name = draft.beside.to_str().unwrap().to_string();
    assert!(is_draft(&name), "{name}");
    drop(draft);
    assert_eq!(house.inside.list().unwrap(), [], "what is not kept is gone");
    let foreign =
        ["notes.tmp", "a.1.2.tmp", ".1.2.mhm.tmp", "a.x.2.mhm.tmp", "a..2.mhm.tmp", "a.2.mhm.tmp", "cell", "mhm.tmp"];
    for name in foreign.iter().chain([&name.as_str()]) {
        fs::write(beside(name), "half").unwrap();
    }
    fs::create_dir(beside("folder.1.2.mhm.tmp")).unwrap();
    house.link("link.1.2.mhm.tmp", "outside/precious.txt");
    house.inside.sweep();
    assert!(!beside(&name).exists() && foreign.iter().all(|name| beside(name).exists()));
    assert!(beside("folder.1.2.mhm.tmp").exists() && beside("link.1.2.mhm.tmp").exists());
    let long = "ü".repeat(127);
    house.inside.write(&long, b"whole").unwrap();
    assert!(house.inside.has_file(&long));
    // Of a process of the same number, before this one: it stays as it is.
    house.inside.write("cell", b"whole").unwrap();
    assert_eq!(house.inside.read("cell", 9).unwrap().as_deref(), Some(b"whole".as_slice()));
}
