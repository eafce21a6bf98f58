/*
 * Values that are an integer or a percentage: maxSurge, maxUnavailable, minAvailable, targetPort.
 */
#ifndef KORCH_INTSTR_H
#define KORCH_INTSTR_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file intstr.h Integers or percentages. */

/**
 * The number that a value means of a total: an integer itself, "25%" that share of total.
 * @param round_up 1: fractions are rounded up, 0: down.
 * @return 0, or KORCH_E_INVALID when the text is no percentage (Kubernetes' sentence). @since 0.1
 */
KORCH_API int korch_int_or_percent_of(int32_t *out, const korch_int_or_string *value, int32_t total,
                                      int round_up, korch_error **err);
/** The percentage of a text such as "25%", without the sign, or -1 when it is none. @since 0.1 */
KORCH_API int32_t korch_percent_parse(const char *text);
/** Sets a member to an integer. The struct that holds it must be exclusively owned. @since 0.1 */
KORCH_API void korch_int_or_string_set_number(korch_int_or_string *slot, int32_t number);
/** Sets a member to a text (copied). @return 0 or KORCH_E_NOMEM (nothing changed). @since 0.1 */
KORCH_API int korch_int_or_string_set_text(korch_int_or_string *slot, const char *text);

KORCH_END_DECLS

#endif
