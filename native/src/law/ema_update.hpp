// The law of the teacher (method 3.8): teacher = decay * teacher + (1 - decay) * student.
#pragma once

#include "law/numbers.hpp"

namespace imas::law {

/** Decay 0 copies the student; a product with 0 would keep a teacher's NaN. */
IMAS_BOTH bool copies_student(float decay) { return decay == 0.0f; }

IMAS_BOTH float average(float teacher, float student, float decay) {
    return mix(decay, teacher, 1.0f - decay, student);
}

}  // namespace imas::law
