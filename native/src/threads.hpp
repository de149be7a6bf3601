// How many threads a call of the CPU kernels has.
#pragma once

#include <cstdint>

namespace imas {

/** imas_set_threads. */
int32_t set_threads(int32_t threads);

/** imas_threads. */
int32_t threads();

/**
 * The threads of one call, for as long as it lives: where a number was set, OpenMP's number for the calling thread is
 * one and whatever helpers other calls leave; then as it was before. So no parallel region asks, and libtorch, which
 * may share OpenMP's threads, keeps its own number.
 */
class Team {
public:
    /** @param kind of the backend: only the CPU's has threads */
    explicit Team(int32_t kind);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

private:
    int32_t helpers_ = 0;
    int before_ = 0;  // 0: nothing was changed
};

}  // namespace imas
