# h5py 3.16.0, numpy 2.4.6: texts as MATLAB 7.3 lays them out, and a few arrays
import sys
import h5py
import numpy as np

out = sys.argv[1]
def char(f, name, text):
    """MATLAB keeps axes in reverse: a row of letters is a column here."""
    if text:
        d = f.create_dataset(name, data=np.array([ord(c) for c in text], "<u2").reshape(-1, 1), track_times=False)
    else:
        d = f.create_dataset(name, data=np.array([0, 0], "<u8"), track_times=False)
        d.attrs["MATLAB_empty"] = np.uint8(1)
    d.attrs["MATLAB_class"] = np.bytes_("char")
    return d
def cell(f, name, texts, shape):
    refs = [char(f, f"#refs#/{name}{i}", t).ref for i, t in enumerate(texts)]
    d = f.create_dataset(name, data=np.array(refs, h5py.ref_dtype).reshape(shape), dtype=h5py.ref_dtype, track_times=False)
    d.attrs["MATLAB_class"] = np.bytes_("cell")
with h5py.File(f"{out}/v73.mat", "w", userblock_size=512) as f:
    x = np.arange(8.0).reshape(2, 4)
    f.create_dataset("x", data=x, track_times=False).attrs["MATLAB_class"] = np.bytes_("double")
    cell(f, "column", ["sit", "w\u00e4lk", "", "sit"], (1, 4))
    cell(f, "row", ["sit", "walk"], (2, 1))
    cell(f, "square", ["a", "b", "c", "d"], (2, 2))
    char(f, "one", "sit")
    names = np.array([[ord(c) for c in t] for t in ["sit ", "walk"]], "<u2").T
    f.create_dataset("matrix", data=names, track_times=False).attrs["MATLAB_class"] = np.bytes_("char")
    n = f.create_dataset("#refs#/number", data=np.array([[1.0]]), track_times=False)
    n.attrs["MATLAB_class"] = np.bytes_("double")
    refs = np.array([f["#refs#/column0"].ref, n.ref], h5py.ref_dtype).reshape(1, 2)
    f.create_dataset("mixed", data=refs, dtype=h5py.ref_dtype, track_times=False).attrs["MATLAB_class"] = np.bytes_("cell")
    flag = f.create_dataset("flag", data=np.array([[1, 0, 1, 0]], "u1"), track_times=False)
    flag.attrs["MATLAB_class"] = np.bytes_("logical")
with open(f"{out}/v73.mat", "r+b") as f:
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + bytes(8) + b"\x00\x02IM"
    f.write(head)
