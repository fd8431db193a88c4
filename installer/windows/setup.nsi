; The Windows installer; installer/windows.py calls makensis with what is not fixed here:
;   -DVERSION=1.2.3 -DVERSION4=1.2.3.0 -DPAYLOAD=folder -DOUTPUT=file -DICON=file -DPICTURE=file -DLICENSE=file
;   -DKILOBYTES=number [-DSIGN=command]
;
; For the user alone, without administrator's rights; /ALLUSERS installs for all users (run it as an administrator).
;   setup.exe [/S] [/AUTOSTART] [/ALLUSERS] [/D=C:\folder]       /S: silent; /D comes last
;   uninstall.exe [/S] [/PURGE]                                  /PURGE: settings, history and logs as well
; Exit codes: 0 done, 1 cancelled, 2 not done (the program runs, or the folder cannot be written to).

; The one in Debian has 64-bit stubs, which wine without 32-bit parts can run; that of Windows has 32-bit ones alone.
!if /FileExists "${NSISDIR}/Stubs/lzma_solid-amd64-unicode"
  Target amd64-unicode
!else
  Unicode true
!endif
!ifdef NSIS_WIN32_MAKENSIS
  !define SEPARATOR "\"
!else
  !define SEPARATOR "/"
!endif

!define NAME "T3 Monitor"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define NOT_DONE 2

Name "${NAME}"
OutFile "${OUTPUT}"
RequestExecutionLevel user
SetCompressor /SOLID lzma
ManifestDPIAware true
ShowInstDetails nevershow
ShowUninstDetails nevershow
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${VERSION4}"
VIAddVersionKey ProductName "${NAME}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "${NAME} setup"
VIAddVersionKey LegalCopyright "MIT License"
!ifdef SIGN
  !uninstfinalize '${SIGN}'
!endif

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include x64.nsh

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${PICTURE}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\t3monitor.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start ${NAME}"
!insertmacro MUI_PAGE_LICENSE "${LICENSE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Var Data ; settings, history and logs of the user who runs this

!macro CHOOSE_USERS un
Function ${un}ChooseUsers
  SetRegView 64
  SetShellVarContext current
  StrCpy $Data "$LOCALAPPDATA\${NAME}"
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${IfNot} ${Errors}
    SetShellVarContext all
  ${EndIf}
FunctionEnd
!macroend
!insertmacro CHOOSE_USERS ""
!insertmacro CHOOSE_USERS "un."

; A program that runs holds its files open: nothing is half replaced or half removed.
!macro NEED_IT_CLOSED un
Function ${un}NeedItClosed
  again:
  ${If} ${FileExists} "$INSTDIR\t3monitor.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\t3monitor.exe" a
    ${If} ${Errors}
      MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${NAME} is running. Close it, then choose Retry." /SD IDCANCEL IDRETRY again
      SetErrorLevel ${NOT_DONE}
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
FunctionEnd
!macroend
!insertmacro NEED_IT_CLOSED ""
!insertmacro NEED_IT_CLOSED "un."

; What an installation consists of; never the chosen folder as a whole, which may hold what is not ours.
!macro REMOVE_FILES
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\t3monitor.exe"
  Delete "$INSTDIR\t3monitor-cli.exe"
  Delete "$INSTDIR\LICENSE.txt"
!macroend

Section "${NAME}" SECTION_PROGRAM
  SectionIn RO
  Call NeedItClosed
  !insertmacro REMOVE_FILES ; an older version may have files that this one has not
  SetOutPath "$INSTDIR"
  ClearErrors
  File /r "${PAYLOAD}${SEPARATOR}*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    MessageBox MB_OK|MB_ICONSTOP "$INSTDIR cannot be written to; choose another folder." /SD IDOK
    SetErrorLevel ${NOT_DONE}
    Quit
  ${EndIf}

  CreateDirectory "$SMPROGRAMS\${NAME}"
  CreateShortcut "$SMPROGRAMS\${NAME}\${NAME}.lnk" "$INSTDIR\t3monitor.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}\Simulated building.lnk" "$INSTDIR\t3monitor.exe" "--demo"

  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\t3monitor.exe"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "Publisher" "T3 Monitor contributors"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${If} ${Errors}
    StrCpy $2 ""
  ${Else}
    StrCpy $2 " /ALLUSERS"
  ${EndIf}
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"$2'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S$2'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoRepair" 1
  DeleteRegValue SHCTX "${RUN_KEY}" "${NAME}" ; the next section writes it where it is wanted
SectionEnd

Section /o "Start at login" SECTION_LOGIN
  WriteRegStr SHCTX "${RUN_KEY}" "${NAME}" '"$INSTDIR\t3monitor.exe"'
SectionEnd

LangString DESCRIPTION_PROGRAM ${LANG_ENGLISH} "The program, and its entries in the start menu."
LangString DESCRIPTION_LOGIN ${LANG_ENGLISH} "Opens the window when you log in, so that the history has no holes."
!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_PROGRAM} $(DESCRIPTION_PROGRAM)
  !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_LOGIN} $(DESCRIPTION_LOGIN)
!insertmacro MUI_FUNCTION_DESCRIPTION_END

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "${NAME} needs a 64-bit Windows 10 or newer." /SD IDOK
    SetErrorLevel ${NOT_DONE}
    Quit
  ${EndIf}
  Call ChooseUsers
  ${If} $INSTDIR == "" ; no /D: where it is installed already, else the usual place
    ReadRegStr $INSTDIR SHCTX "${UNINSTALL_KEY}" "InstallLocation"
  ${EndIf}
  ${If} $INSTDIR == ""
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/ALLUSERS" $1
    ${If} ${Errors}
      StrCpy $INSTDIR "$LOCALAPPDATA\Programs\${NAME}"
    ${Else}
      StrCpy $INSTDIR "$PROGRAMFILES64\${NAME}"
    ${EndIf}
  ${EndIf}
  ; An upgrade keeps what was chosen.
  ReadRegStr $0 SHCTX "${RUN_KEY}" "${NAME}"
  ${GetParameters} $1
  ClearErrors
  ${GetOptions} $1 "/AUTOSTART" $2
  ${IfNot} ${Errors}
  ${OrIf} $0 != ""
    !insertmacro SelectSection ${SECTION_LOGIN}
  ${EndIf}
FunctionEnd

Function un.onInit
  Call un.ChooseUsers
FunctionEnd

Section "Uninstall"
  Call un.NeedItClosed
  !insertmacro REMOVE_FILES
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR" ; only if nothing else is in it
  Delete "$SMPROGRAMS\${NAME}\${NAME}.lnk"
  Delete "$SMPROGRAMS\${NAME}\Simulated building.lnk"
  RMDir "$SMPROGRAMS\${NAME}"
  DeleteRegKey SHCTX "${UNINSTALL_KEY}"
  DeleteRegValue SHCTX "${RUN_KEY}" "${NAME}"

  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/PURGE" $1
  ${If} ${Errors}
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete your settings, the history and the log files in $Data as well?" /SD IDNO IDNO keep
  ${EndIf}
  RMDir /r "$Data"
  keep:
SectionEnd
