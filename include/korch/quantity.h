/*
 * Quantities: exact numbers with suffixes ("500m", "1.5Gi", "2e3"), Kubernetes' resource.Quantity.
 */
#ifndef KORCH_QUANTITY_H
#define KORCH_QUANTITY_H

#include <korch/error.h>
#include <stddef.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/** @file quantity.h Exact quantities with suffixes. */

/** Which family of suffixes a quantity is written with. */
typedef enum korch_quantity_format {
	KORCH_QUANTITY_DECIMAL = 0,  /**< n u m k M G T P E */
	KORCH_QUANTITY_BINARY = 1,   /**< Ki Mi Gi Ti Pi Ei */
	KORCH_QUANTITY_EXPONENT = 2, /**< e3, E-6 */
} korch_quantity_format;

/**
 * A quantity: a whole number of billionths as 128-bit two's complement, and the family of suffixes.
 * Finer values are rounded up (away from zero) when they are read, as Kubernetes does it. Binary
 * ones are capped at 2^63-1, others at about 1.7e29. A zeroed struct is 0.
 */
typedef struct korch_quantity {
	int64_t high;     /**< upper half of the billionths */
	uint64_t low;     /**< lower half of the billionths */
	int32_t format;   /**< a korch_quantity_format */
	int32_t reserved; /**< 0 */
} korch_quantity;

/** Room for the text of any quantity, its NUL included. */
#define KORCH_QUANTITY_TEXT_SIZE 64

/** Reads a quantity. @return 0, or KORCH_E_PARSE with Kubernetes' sentence. @since 0.1 */
KORCH_API int korch_quantity_parse(korch_quantity *out, const char *text, korch_error **err);
/** A whole number of that format. @since 0.1 */
KORCH_API korch_quantity korch_quantity_from_int(int64_t value, korch_quantity_format format);
/** A number of thousandths of that format. @since 0.1 */
KORCH_API korch_quantity korch_quantity_from_milli(int64_t milli, korch_quantity_format format);
/** The canonical text: no fraction, the largest suffix that loses nothing. @return its length.
 * @since 0.1 */
KORCH_API size_t korch_quantity_text(char out[KORCH_QUANTITY_TEXT_SIZE],
                                     const korch_quantity *quantity);
/** The value rounded up (away from zero) to a whole number, capped to int64. @since 0.1 */
KORCH_API int64_t korch_quantity_value(const korch_quantity *quantity);
/** The value in thousandths, rounded up (away from zero), capped to int64. @since 0.1 */
KORCH_API int64_t korch_quantity_milli(const korch_quantity *quantity);
/** Order of the values: negative, 0 or positive. @since 0.1 */
KORCH_API int korch_quantity_compare(const korch_quantity *a, const korch_quantity *b);
/** a += b; capped. A zero a takes the format of b. @since 0.1 */
KORCH_API void korch_quantity_add(korch_quantity *a, const korch_quantity *b);
/** a -= b; capped. A zero a takes the format of b. @since 0.1 */
KORCH_API void korch_quantity_sub(korch_quantity *a, const korch_quantity *b);
/** -1, 0 or 1. @since 0.1 */
KORCH_API int korch_quantity_sign(const korch_quantity *quantity);

/** Value of a quantity's text rounded up; 0 for NULL and for text that is none (decoded objects
 * hold valid text only). @since 0.1 */
KORCH_API int64_t korch_quantity_text_value(const char *text);
/** As korch_quantity_text_value() in thousandths. @since 0.1 */
KORCH_API int64_t korch_quantity_text_milli(const char *text);

KORCH_END_DECLS

#endif
