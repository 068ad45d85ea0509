# numpy 2.4.6, scipy 1.17.1, h5py 3.16.0, Python 3: classes of four samples as people have them, in every format
import pickle, sys
import h5py
import numpy as np
from scipy.io import savemat

out = sys.argv[1]
steps = [["sit", "walk", "walk"], ["walk", "sit", ""], ["run", "run", "run"], ["sit", "sit", "w\u00e4lk"]]
data = {
    "x": np.arange(4.0),
    "flag": np.array([True, False, True, False]),
    "sign": np.array([-1, 1, 1, -1], "<i4"),
    "real_sign": np.array([-1.0, 1.0, 1.0, -1.0]),
    "one": np.array([1, 2, 3, 1], "<i8"),
    "byte": np.array([1, 2, 3, 1], "u1"),
    "steps": np.array(steps),
    "turned": np.asfortranarray(np.array(steps)),
}
np.savez(f"{out}/labels.npz", **data)
np.save(f"{out}/steps.npy", data["turned"])
lists = {name: data[name].tolist() for name in ["x", "flag", "sign", "real_sign", "one", "byte", "steps"]}
for protocol in [0, 2, 5]:
    with open(f"{out}/arrays_{protocol}.pkl", "wb") as f:
        pickle.dump(data | {"objects": np.array(steps, dtype=object, order="F")}, f, protocol)
    with open(f"{out}/lists_{protocol}.pkl", "wb") as f:
        pickle.dump(lists | {"ragged": [["sit"], ["walk", "sit"]]}, f, protocol)
column = {name: np.reshape(data[name], (4, 1)) for name in ["x", "flag", "sign", "real_sign", "one", "byte"]}
savemat(f"{out}/labels.mat", column | {"steps": np.array(steps, dtype=object)}, do_compression=True)
with h5py.File(f"{out}/labels.h5", "w") as f:
    for name in ["x", "flag", "sign", "real_sign", "one", "byte"]:
        f.create_dataset(name, data=data[name], track_times=False)
    f.create_dataset("steps", data=np.array(steps, dtype=object), dtype=h5py.string_dtype(), track_times=False)
    f.create_dataset("turned", data=np.char.encode(data["steps"], "utf-8"), track_times=False)
