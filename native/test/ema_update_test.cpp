#include "reference.hpp"

using namespace test;

void test_ema_update() {
    Random random(51);
    const std::vector<int64_t> sizes = {1, 3, 0, 1000, 65536, 65537, 200001};
    for (float decay : {0.0f, 0.5f, 0.996f, 1.0f}) {
        context = "ema_update decay " + std::to_string(decay);
        expect_same_bytes_for_all_threads([&] {
            std::vector<std::vector<float>> teacher, student;
            Random numbers(52);
            for (int64_t n : sizes) {
                std::vector<float> t, s;
                for (int64_t i = 0; i < n; ++i) {
                    t.push_back(static_cast<float>(numbers.between(-1, 1)));
                    s.push_back(static_cast<float>(numbers.between(-1, 1)));
                }
                teacher.push_back(t);
                student.push_back(s);
            }
            const auto before = teacher;
            std::vector<void*> t;
            std::vector<const void*> s;
            for (size_t k = 0; k < sizes.size(); ++k) t.push_back(teacher[k].data()), s.push_back(student[k].data());
            EXPECT(imas_ema_update_workspace(&kTested, static_cast<int64_t>(sizes.size()), sizes.data()) == 0);
            EXPECT_OK(imas_ema_update(&kTested, static_cast<int64_t>(sizes.size()), t.data(), s.data(), sizes.data(),
                                      decay, nullptr, 0));
            std::vector<unsigned char> bytes;
            for (size_t k = 0; k < sizes.size(); ++k) {
                for (size_t i = 0; i < teacher[k].size(); ++i) {
                    const double expected =
                        reference::mix(static_cast<double>(decay), static_cast<double>(before[k][i]),
                                       static_cast<double>(student[k][i]));
                    EXPECT_NEAR(static_cast<double>(teacher[k][i]), expected, 2e-7);
                    if (decay == 0) EXPECT(teacher[k][i] == student[k][i]);
                }
                const unsigned char* first = reinterpret_cast<const unsigned char*>(teacher[k].data());
                bytes.insert(bytes.end(), first, first + teacher[k].size() * 4);
            }
            return bytes;
        });
    }
    context = "ema_update arguments";
    float a[8] = {}, b[8] = {};
    void* t[2] = {a, a + 4};
    const void* s[2] = {b, b + 4};
    int64_t n[2] = {4, 4};
    EXPECT_OK(imas_ema_update(&kTested, 0, nullptr, nullptr, nullptr, 0.5f, nullptr, 0));
    EXPECT_OK(imas_ema_update(&kTested, 2, t, s, n, 0.5f, nullptr, 0));
    EXPECT_REFUSED(imas_ema_update(&kTested, 2, nullptr, s, n, 0.5f, nullptr, 0), IMAS_ERROR_ARGUMENT,
                   "teacher is missing");
    EXPECT_REFUSED(imas_ema_update(&kTested, -1, t, s, n, 0.5f, nullptr, 0), IMAS_ERROR_ARGUMENT, "count is -1");
    for (float decay : {-0.1f, 1.1f, NAN})
        EXPECT_REFUSED(imas_ema_update(&kTested, 2, t, s, n, decay, nullptr, 0), IMAS_ERROR_ARGUMENT, "decay");
    n[1] = -1;
    EXPECT_REFUSED(imas_ema_update(&kTested, 2, t, s, n, 0.5f, nullptr, 0), IMAS_ERROR_ARGUMENT, "numel[1]");
    n[1] = INT64_MAX / 9;
    EXPECT_REFUSED(imas_ema_update(&kTested, 2, t, s, n, 0.5f, nullptr, 0), IMAS_ERROR_ARGUMENT, "");
    n[1] = 4;
    s[1] = nullptr;
    EXPECT_REFUSED(imas_ema_update(&kTested, 2, t, s, n, 0.5f, nullptr, 0), IMAS_ERROR_ARGUMENT, "student[1] is null");
    s[1] = reinterpret_cast<char*>(b) + 17;
    EXPECT_REFUSED(imas_ema_update(&kTested, 2, t, s, n, 0.5f, nullptr, 0), IMAS_ERROR_ARGUMENT, "not aligned");
    s[1] = a + 2;
    EXPECT_REFUSED(imas_ema_update(&kTested, 2, t, s, n, 0.5f, nullptr, 0), IMAS_ERROR_ARGUMENT, "teacher[0] overlaps");
    s[1] = b + 4;
    t[1] = a + 3;
    EXPECT_REFUSED(imas_ema_update(&kTested, 2, t, s, n, 0.5f, nullptr, 0), IMAS_ERROR_ARGUMENT, "overlaps");
    t[1] = a + 4;
    s[1] = b + 2;  // students are only read
    EXPECT_OK(imas_ema_update(&kTested, 2, t, s, n, 0.5f, nullptr, 0));
    float wide[8] = {};  // a student reaches over others, the last of which is a teacher
    void* within[3] = {a, a + 4, wide + 6};
    const void* around[3] = {wide + 2, wide, b};
    const int64_t reach[3] = {1, 8, 2};
    EXPECT_REFUSED(imas_ema_update(&kTested, 3, within, around, reach, 0.5f, nullptr, 0), IMAS_ERROR_ARGUMENT,
                   "overlaps");
}
