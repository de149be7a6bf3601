#include "orders.hpp"

using namespace test;

void orders_ema_update(const Case& c, Random& random) {
    const int64_t count = c.number == 0 ? 1003 : 1 + random.below(5);  // beyond one launch's table
    const float decay = c.number % 3 == 0 ? 0.0f : static_cast<float>(random.uniform());
    std::vector<std::vector<float>> teacher, student;
    std::vector<int64_t> numel;
    for (int64_t k = 0; k < count; k++) {
        numel.push_back(count > 100 ? k % 3 : random.below(9000));
        for (auto* tensors : {&teacher, &student}) {
            tensors->emplace_back(numel.back() + 1);
            for (float& x : tensors->back()) x = static_cast<float>(random.between(-1, 1));
        }
    }
    std::vector<std::vector<float>> expected = teacher;
    std::vector<void*> teachers, references;
    std::vector<const void*> students;
    for (int64_t k = 0; k < count; k++) {  // an offset of one element makes pointers that 16-byte loads cannot take
        const int64_t shift = k % 2;
        teachers.push_back(teacher[k].data() + shift);
        references.push_back(expected[k].data() + shift);
        students.push_back(student[k].data() + shift);
    }
    EXPECT_OK(imas_ema_update(&kCpu, count, references.data(), students.data(), numel.data(), decay, nullptr, 0));
    EXPECT_OK(cuda->ema_update(&kCuda, count, teachers.data(), students.data(), numel.data(), decay, nullptr, 0));
    for (int64_t k = 0; k < count; k++) {
        for (size_t i = 0; i < teacher[k].size(); i++)
            EXPECT_NEAR(static_cast<double>(teacher[k][i]), static_cast<double>(expected[k][i]), 2e-7);
    }
}
