/*
 * Points in time and durations as text. Clocks stand in loop.h.
 */
#ifndef KORCH_TIME_H
#define KORCH_TIME_H

#include <korch/error.h>
#include <stddef.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/** @file time.h RFC 3339 times and Go durations. */

/** Room for the text of any time, its NUL included. */
#define KORCH_TIME_TEXT_SIZE 40
/** Room for the text of any duration, its NUL included. */
#define KORCH_DURATION_TEXT_SIZE 40

/**
 * Reads an RFC 3339 time, "2024-05-01T12:00:00Z" or with a fraction and an offset ("…00.25+02:00");
 * digits behind microseconds are cut.
 * @param out_us microseconds since 1970 in UTC; years 0000 to 9999.
 * @return 0 or KORCH_E_PARSE. @since 0.1
 */
KORCH_API int korch_time_parse(int64_t *out_us, const char *text, korch_error **err);
/** Writes a time in UTC: with whole seconds, or with up to six decimals when it has a fraction
 * (micro = 0); always with six (micro = 1). @return its length. @since 0.1 */
KORCH_API size_t korch_time_format(char out[KORCH_TIME_TEXT_SIZE], int64_t us, int micro);
/** Reads a duration as Go and metav1.Duration write it: "1h30m", "1.5s", "300ms", "-2us", "0".
 * @param out_ns nanoseconds. @return 0, KORCH_E_PARSE. @since 0.1 */
KORCH_API int korch_duration_parse(int64_t *out_ns, const char *text, korch_error **err);
/** Writes a duration as Go does: "1h30m0s", "1.5s", "300ms", "0s". @return its length. @since 0.1
 */
KORCH_API size_t korch_duration_format(char out[KORCH_DURATION_TEXT_SIZE], int64_t ns);
/** Writes an age as kubectl does: "0s", "95s", "4m12s", "26h", "3d4h", "400d", "3y20d". @return its
 * length. @since 0.1 */
KORCH_API size_t korch_age_format(char out[KORCH_DURATION_TEXT_SIZE], int64_t us);

KORCH_END_DECLS

#endif
