/*
 * Attributes and version of the public headers. All of them are empty for SWIG, which cannot parse
 * them.
 */
#ifndef KORCH_MACROS_H
#define KORCH_MACROS_H

/** @file macros.h Attribute macros used by every public header. */

#if defined(SWIG) || !defined(__GNUC__)
#define KORCH_API
#define KORCH_PRINTF(format_index, first_argument)
#define KORCH_MUST_CHECK
#else
/** Marks a function or object as part of the library's exported interface. */
#define KORCH_API __attribute__((visibility("default")))
/** Lets the compiler check a printf-like format string. */
#define KORCH_PRINTF(format_index, first_argument)                                                 \
	__attribute__((format(printf, format_index, first_argument)))
/** Warns when the result of a function is thrown away. */
#define KORCH_MUST_CHECK __attribute__((warn_unused_result))
#endif

#ifdef __cplusplus
#define KORCH_BEGIN_DECLS extern "C" {
#define KORCH_END_DECLS }
#define KORCH_FLEXIBLE 1
#else
/** Opens the C declarations of a header (C++ linkage guard). */
#define KORCH_BEGIN_DECLS
/** Closes what KORCH_BEGIN_DECLS opened. */
#define KORCH_END_DECLS
/** Length of an array at the end of a struct that has as many items as were allocated (C++ has no
 * such arrays). */
#define KORCH_FLEXIBLE
#endif

#endif
