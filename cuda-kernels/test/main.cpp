// Runs the CUDA kernels in the host emulation, with shuffled block and thread orders under several seeds, over random
// shapes, types, strides and values (NaN and infinities among them): emulation_test [operation or "limits" [cases]]
#include "orders.hpp"

using namespace test;

extern "C" const imas_backend_table* imas_cuda_backend(int32_t table_version, imas_set_error set_error);

int main(int count, char** arguments) {
    cuda = imas_cuda_backend(IMAS_BACKEND_TABLE_VERSION,
                             [](const char* text) { std::printf("%s\n", (said = text).c_str()); });
    EXPECT(cuda && !imas_cuda_backend(IMAS_BACKEND_TABLE_VERSION + 1, nullptr));
    const struct {
        const char* name;
        void (*run)(const Case&, Random&);
    } operations[] = {
#define IMAS_ORDERS(name) {#name, orders_##name},
        IMAS_EACH_OPERATION(IMAS_ORDERS)
#undef IMAS_ORDERS
    };
    const auto wanted = [&](const char* name) { return count < 2 || !std::strcmp(arguments[1], name); };
    const int cases = count > 2 ? std::atoi(arguments[2]) : 24;
    int run = 0;
    for (const auto& operation : operations) {
        for (int number = 0; number < cases && wanted(operation.name); number++, run++) {
            Random random(static_cast<uint64_t>(number) + 1);
            const Case c = random_case(number, random);
            in_weak_memory = operation.run == orders_gamma || number % 6 == 5;
            context = std::string(operation.name) + " case " + std::to_string(number) + " " + c.size.text();
            operation.run(c, random);
        }
    }
    if (wanted("limits")) {
        context = "limits";
        test_limits();
        run++;
    }
    std::printf("%d cases, %d failures\n", run, failures);
    return run == 0 || failures;
}
