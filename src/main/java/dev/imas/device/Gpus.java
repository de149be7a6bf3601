package dev.imas.device;

import dev.imas.common.UserException;
import dev.imas.config.DeviceName;
import java.util.Optional;
import java.util.stream.IntStream;

/** The GPUs of a machine as far as a choice among them goes; a test shows what it likes. */
interface Gpus {
    /** How many libtorch sees, usable or not. */
    int count();

    /** Why it sees none, in a part of a sentence. */
    String absence();

    /** Why this one cannot be used, in a part of a sentence; null when it can. */
    String problem(int index);

    /** Why none can be used; null when one can. */
    default String problem() {
        if (count() == 0) {
            return absence();
        }
        return firstUsable().isPresent() ? null : problem(0);
    }

    /**
     * The device that a name means here.
     *
     * @param asked a name that {@link DeviceName} allows; auto is the first GPU that can be used, else the CPU
     * @return cpu, or cuda:INDEX
     * @throws UserException for a named GPU that is not there or cannot be used
     */
    default String choose(String asked) {
        if (asked.equals("cpu")) {
            return asked;
        }
        if (asked.equals(DeviceName.AUTO)) {
            return firstUsable().map(index -> "cuda:" + index).orElse("cpu");
        }
        if (count() == 0) {
            throw refused(asked, absence());
        }
        int index = asked.indexOf(':') < 0 ? 0 : Integer.parseInt(asked.substring(asked.indexOf(':') + 1));
        if (index >= count()) {
            throw new UserException("device: " + asked + " was asked for, but this machine has " + count()
                    + " GPU(s), counted from cuda:0");
        }
        if (problem(index) != null) {
            throw refused(asked, problem(index));
        }
        return "cuda:" + index;
    }

    /**
     * The device of one process of several on this machine: each GPU is one process's.
     *
     * @param asked as in {@link #choose}
     * @param place of the process among those of this machine, from 0
     * @return what {@link #choose} is to be asked for
     * @throws UserException where there is no GPU for it, or one is named for all of them
     */
    default String chooseFor(String asked, int place) {
        if (asked.equals("cpu")
                || asked.equals(DeviceName.AUTO) && firstUsable().isEmpty()) {
            return asked;
        }
        if (asked.indexOf(':') >= 0) {
            throw new UserException("device: " + asked + " is one GPU, but each of several processes needs its own;"
                    + " leave it at auto or cuda, which give the first process cuda:0, the second cuda:1, ...");
        }
        if (count() > 0 && place >= count()) {
            throw new UserException("this machine has " + count() + " GPU(s), one a process, and process " + (place + 1)
                    + " finds none; start " + count() + " here, or all with --device cpu");
        }
        return "cuda:" + place;
    }

    /** Which GPU auto passed over, and why, in one line; empty where it took the first, or there is none. */
    default Optional<String> passedOver(String chosen) {
        return count() == 0 || chosen.equals("cuda:0")
                ? Optional.empty()
                : Optional.of("cuda:0 cannot be used, " + chosen + " computes instead: " + problem(0)
                        + "; `imas doctor` tells what is needed");
    }

    private Optional<Integer> firstUsable() {
        return IntStream.range(0, count())
                .filter(index -> problem(index) == null)
                .boxed()
                .findFirst();
    }

    private static UserException refused(String asked, String problem) {
        return new UserException("device: " + asked + " was asked for, but " + problem
                + "; `imas doctor` tells what is needed, --device cpu computes without");
    }
}
