// Runs one group of tests by name, or all: imas_test [group]. Each operation is a group and a ctest of its own.
#include "harness.hpp"
#include "instructions.hpp"
#include "operations.hpp"

#define IMAS_DECLARE(name) void test_##name();
IMAS_EACH_OPERATION(IMAS_DECLARE)
IMAS_DECLARE(convolution)
IMAS_DECLARE(plain_convolution)
IMAS_DECLARE(weight_gradient)
IMAS_DECLARE(arguments)
IMAS_DECLARE(threads)
#undef IMAS_DECLARE

int main(int argc, char** argv) {
    if (test::lacks_instructions()) return test::skipped;
    const struct {
        const char* name;
        void (*run)();
    } groups[] = {
#define IMAS_GROUP(name) {#name, test_##name},
        IMAS_EACH_OPERATION(IMAS_GROUP) IMAS_GROUP(convolution) IMAS_GROUP(plain_convolution)
            IMAS_GROUP(weight_gradient) IMAS_GROUP(arguments) IMAS_GROUP(threads)
#undef IMAS_GROUP
    };
    EXPECT(test::uses_instructions());
    int run = 0;
    for (const auto& group : groups) {
        if (argc > 1 && std::strcmp(argv[1], group.name) != 0) continue;
        test::context = group.name;
        group.run();
        ++run;
    }
    std::printf("%s: %d group(s), %d failure(s)\n", imas_build_info(), run, test::failures);
    return run == 0 || test::failures != 0;
}
