# h5py 3.16.0, numpy 2.4.6: small files of many layouts, all holding x[i, j, k] = ((i * 3 + j) * 4 + k) / 8 - 5
import h5py, numpy as np, sys
out = sys.argv[1]
x = (np.arange(5 * 3 * 4).reshape(5, 3, 4) / 8 - 5)
def write(name, dtype, libver="earliest", **options):
    with h5py.File(f"{out}/{name}.h5", "w", libver=libver) as f:
        f.create_dataset("x", data=x.astype(dtype), track_times=False, **options)
write("contiguous", "<f4")
write("latest", "<f4", libver="latest")
write("big_endian", ">f8")
write("half", "<f2")
write("chunked", "<f4", chunks=(2, 2, 4))
write("gzip", "<f8", chunks=(2, 3, 4), compression="gzip", shuffle=True, fletcher32=True)
write("lzf", "<f4", chunks=(2, 3, 3), compression="lzf", shuffle=True)
write("gzip_latest", "<f4", libver="latest", chunks=(1, 3, 4), compression="gzip")
write("growing_latest", "<f4", libver="latest", chunks=(2, 3, 4), maxshape=(None, 3, 4))
write("growing_twice_latest", "<f4", libver="latest", chunks=(2, 3, 4), maxshape=(None, None, 4), compression="gzip")
with h5py.File(f"{out}/groups.h5", "w") as f:
    g = f.create_group("features/deep", track_order=False)
    f.create_dataset("ids", data=np.array([3, 2**24 - 1, 7], ">i8"), track_times=False)
    f.create_dataset("far", data=np.array([3, 2**24 + 1], "<i8"), track_times=False)
    f.create_dataset("flag", data=np.array([True, False]), track_times=False)
    f.create_dataset("one", data=np.float32(4), track_times=False)
    f.create_dataset("names", data=["a", "bc"], track_times=False)
    f.create_dataset("filled", shape=(3, 2), dtype="<i2", fillvalue=-7, track_times=False)
    g.create_dataset("audio", data=(x * 8 + 40).astype("<u1"), track_times=False)
    g["loop"] = f["features"]
    f["soft"] = h5py.SoftLink("/features/deep/audio")
    f["away"] = h5py.ExternalLink("/etc/passwd", "/x")
plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
plist.set_chunk((2, 3, 4))
plist.set_deflate(1)
plist.set_deflate(9)
with h5py.File(f"{out}/twice.h5", "w") as f:
    space, number = h5py.h5s.create_simple(x.shape), h5py.h5t.IEEE_F32LE
    h5py.h5d.create(f.id, b"x", number, space, plist).write(h5py.h5s.ALL, h5py.h5s.ALL, x.astype("<f4"))
with h5py.File(f"{out}/external_storage.h5", "w") as f:
    f.create_dataset("x", shape=(4, 2), dtype="<f4", external=[("/etc/passwd", 0, 32)])
with h5py.File(f"{out}/texts.h5", "w") as f:
    f.create_dataset("variable", data=["sit", "", "w\u00e4lk", "sit"], dtype=h5py.string_dtype(), track_times=False)
    f.create_dataset("fixed", data=np.array(["sit", "walk", "sit"], "S6"), track_times=False)
    f.create_dataset("packed", data=np.array([b"sit", b"walk"] * 50), chunks=(9,), compression="gzip", track_times=False)
    f.create_dataset("column", data=np.array([["sit"], ["walk"]], "S4"), track_times=False)
    f.create_dataset("wide", data=np.array([["sit", "walk"]], "S4"), track_times=False)
