// Memory between two pages that nobody may touch, filled with a canary, so that a stray access either ends the process
// or is seen afterwards.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace test {

class Guarded {
public:
    /** @param bytes a multiple of the page size */
    explicit Guarded(size_t bytes) : bytes_(bytes), before_(bytes) {
        const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
        void* const all = mmap(nullptr, bytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        begin_ = static_cast<unsigned char*>(all) + page;
        if (all == MAP_FAILED || bytes % page != 0 || mprotect(begin_, bytes, PROT_READ | PROT_WRITE) != 0) {
            std::perror("no guarded memory");
            std::exit(2);
        }
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    size_t size() const { return bytes_; }
    bool holds(const void* from, size_t bytes) const {
        const unsigned char* const p = static_cast<const unsigned char*>(from);
        return p >= begin_ && p <= begin_ + bytes_ && bytes <= static_cast<size_t>(begin_ + bytes_ - p);
    }

    /** The canary everywhere; room for so many bytes at the upper or the lower end, at a multiple of `alignment`. */
    unsigned char* place(size_t bytes, size_t alignment, bool at_upper_end) {
        std::memset(begin_, kCanary, bytes_);
        return at_upper_end ? begin_ + (bytes_ - bytes) / alignment * alignment : begin_;
    }

    /** What it holds now is what others are compared with. */
    void remember() {
        std::memcpy(before_.data(), begin_, bytes_);
        may_change_.assign(bytes_, false);
    }

    void allow(const void* from, size_t bytes) {
        const size_t first = static_cast<size_t>(static_cast<const unsigned char*>(from) - begin_);
        for (size_t k = 0; k < bytes; ++k) may_change_[first + k] = true;
    }

    /** As remembered, but for what was allowed. */
    bool unchanged() const {
        if (std::memcmp(begin_, before_.data(), bytes_) == 0) return true;
        for (size_t k = 0; k < bytes_; ++k) {
            if (begin_[k] != before_[k] && !may_change_[k]) return false;
        }
        return true;
    }

private:
    static const unsigned char kCanary = 0xA5;
    size_t bytes_;
    unsigned char* begin_;
    std::vector<unsigned char> before_;
    std::vector<bool> may_change_;
};

}  // namespace test
