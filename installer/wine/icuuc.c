/* icuuc.dll is part of Windows since version 10 and absent from wine. Qt asks it for converters of text; told that there are
   none, it uses its own. For wine's folder alone: it is in no package. */

#define EXPORT __declspec(dllexport)
#define NONE 2 /* U_FILE_ACCESS_ERROR */

EXPORT void *ucnv_open(const char *name, int *error)
{
    (void)name;
    if (error)
        *error = NONE;
    return 0;
}

EXPORT const char *ucnv_getName(void *converter, int *error)
{
    (void)converter;
    if (error)
        *error = NONE;
    return 0;
}

EXPORT const char *ucnv_getStandardName(void) { return 0; }
EXPORT const char *ucnv_getAvailableName(void) { return 0; }
EXPORT int ucnv_countAvailable(void) { return 0; }
EXPORT void ucnv_close(void) {}
EXPORT void ucnv_reset(void) {}
EXPORT signed char ucnv_getMaxCharSize(void) { return 1; }
EXPORT void ucnv_getToUCallBack(void) {}
EXPORT void ucnv_getFromUCallBack(void) {}
EXPORT void ucnv_setToUCallBack(void) {}
EXPORT void ucnv_setFromUCallBack(void) {}
EXPORT void ucnv_cbToUWriteUChars(void) {}
EXPORT void ucnv_cbFromUWriteUChars(void) {}
EXPORT void ucnv_toUnicode(void) {}
EXPORT void ucnv_fromUnicode(void) {}
EXPORT int ucnv_toUCountPending(void) { return 0; }
EXPORT int ucnv_fromUCountPending(void) { return 0; }
EXPORT void UCNV_FROM_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void UCNV_TO_U_CALLBACK_SUBSTITUTE(void) {}
